/** Plans for the checkpoints of which one graph is made: InceptionV3 and TransUNet. */
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { canonicalTensors } from '../checkpoints/canonical.ts';
import type { RecognisedInception, RecognisedTransUnet } from '../checkpoints/recognised.ts';
import type { Graph } from '../graph/graph.ts';
import { createInceptionV3, INCEPTION_SIDE } from '../zoo/inception-v3.ts';
import { createTransUnet, TRANSUNET_HEADS } from '../zoo/transunet.ts';
import type { CheckpointFile, ConversionPlan, ConversionSettings } from './conversion.ts';
import { layOutTransUnet } from './lay-out-transunet.ts';
import { bindForInference, layOutParts, precisionWords, requireHeads, requireOwnSide } from './parts.ts';

/** Tensors that the graph does not use, but for those that are left out on purpose. */
function unusedTensors(graph: Graph, { tensors }: TensorSource, leftOut: RegExp): string[] {
  const used = new Set(graph.parameters.map(({ name }) => name));
  return [...tensors.keys()].filter((name) => !used.has(name) && !leftOut.test(name));
}

/** The classifier, of which features are the input. */
const INCEPTION_LEFT_OUT = /^fc\./;
const NOTHING = /^$/;

/** The feature extractor of an InceptionV3. Errors: `checkpoint/*`, `model/not-convertible`. */
export function planInception(
  { source }: CheckpointFile,
  recognised: RecognisedInception,
  settings: ConversionSettings,
): ConversionPlan {
  const { variant } = recognised;
  const name = variant === 'fid' ? 'InceptionV3 of pytorch-fid' : 'InceptionV3 of torchvision';
  requireOwnSide(settings, INCEPTION_SIDE, name);
  const graph = createInceptionV3(variant);
  const tensors = canonicalTensors(source, recognised);
  const model = bindForInference(graph, tensors);
  return {
    kind: 'inception-v3',
    variant,
    words: `${name}, pooled features${precisionWords(settings)}`,
    role: 'extractor',
    classes: null,
    precision: settings.precision,
    side: INCEPTION_SIDE,
    ...layOutParts([{ part: 'whole', file: 'inception-v3.onnx', model }], settings),
    adapter: null,
    sam: null,
    transUnet: null,
    unused: unusedTensors(graph, tensors, INCEPTION_LEFT_OUT),
  };
}

/** The segmenter of a TransUNet. Errors: `checkpoint/*`, `model/not-convertible`. */
export function planTransUnet(
  file: CheckpointFile,
  recognised: RecognisedTransUnet,
  settings: ConversionSettings,
): ConversionPlan {
  const { variant, configuration } = recognised;
  const { side, classes } = configuration;
  const name = variant === 'custom' ? 'TransUNet' : `TransUNet ${variant}`;
  requireOwnSide(settings, side, name);
  const heads = requireHeads(file, variant === 'custom' ? null : TRANSUNET_HEADS);
  const graph = createTransUnet(configuration, heads);
  const tensors = canonicalTensors(file.source, recognised);
  return layOutTransUnet(variant, graph, { configuration, heads, tensors }, settings, {
    words: `${name}, side ${side}, background and ${classes - 1} classes${precisionWords(settings)}`,
    unused: unusedTensors(graph, tensors, NOTHING),
  });
}
