/** The plan of a TransUNet's conversion, whatever checkpoint its weights are of. */
import type { Graph } from '../graph/graph.ts';
import type { ConversionPlan, ConversionSettings } from './conversion.ts';
import { bindForInference, layOutParts } from './parts.ts';

/** One graph of background and classes. Errors: `checkpoint/missing-tensor`, `checkpoint/shape-mismatch`. */
export function layOutTransUnet(
  variant: string,
  graph: Graph,
  transUnet: NonNullable<ConversionPlan['transUnet']>,
  settings: ConversionSettings,
  said: Pick<ConversionPlan, 'words' | 'unused'>,
): ConversionPlan {
  const { side, classes } = transUnet.configuration;
  const model = bindForInference(graph, transUnet.tensors);
  return {
    kind: 'transunet',
    variant,
    role: 'segmenter',
    classes,
    precision: settings.precision,
    side,
    ...layOutParts([{ part: 'whole', file: 'transunet.onnx', model }], settings),
    adapter: null,
    sam: null,
    transUnet,
    ...said,
  };
}
