/**
 * Plans a TransUNet to be trained of one of Google's transformers: the published start of its training. The transformer, and the
 * ResNet of a hybrid, are the checkpoint's; the decoder is drawn as PyTorch draws new layers.
 */
import { WorkbenchError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { createRandom } from '../../core/random.ts';
import { CLASS_COUNT } from '../../core/segmentation/classes.ts';
import { canonicalTensors } from '../checkpoints/canonical.ts';
import { resizePositions } from '../checkpoints/google-vit.ts';
import type { RecognisedGoogleVit, TransUnetConfiguration } from '../checkpoints/recognised.ts';
import { overlayTensors, requireShape } from '../checkpoints/tensor-views.ts';
import { countLayers } from '../checkpoints/transunet.ts';
import type { Graph } from '../graph/graph.ts';
import { elementCount } from '../graph/shape.ts';
import { createTransUnet, TRANSUNET_CONFIGURATIONS, TRANSUNET_HEADS } from '../zoo/transunet.ts';
import type { CheckpointFile, ConversionPlan, ConversionSettings } from './conversion.ts';
import { layOutTransUnet } from './lay-out-transunet.ts';
import { precisionWords, requireHeads } from './parts.ts';

const ENCODER = 'transformer.';
/** Pixels of a token along each side. */
const PATCH = 16;
/** Channels of the decoder's skip connections, by those of the ResNet's root. */
const SKIP_FACTORS = [8, 4, 1, 0];
/** The decoder is the same for every file; what a training draws follows from its own seed. */
const SEED = 0;

function configurationOf(
  tensors: TensorSource,
  { isHybrid, dim }: RecognisedGoogleVit,
  side: number,
): TransUnetConfiguration {
  const published = TRANSUNET_CONFIGURATIONS[isHybrid ? 'R50-ViT-B_16' : 'ViT-B_16'];
  const [mlpDim = 0] = requireShape(tensors, `${ENCODER}encoder.layer.0.ffn.fc1.weight`, 2);
  const root = `${ENCODER}embeddings.hybrid_model.root.conv.weight`;
  const [resnetWidth = 0] = isHybrid ? requireShape(tensors, root, 4) : [];
  return {
    ...published,
    ...countLayers(tensors),
    side,
    dim,
    mlpDim,
    resnetWidth,
    skipChannels: SKIP_FACTORS.map((factor) => factor * resnetWidth),
    classes: CLASS_COUNT,
  };
}

/** Row-major values of a new layer's tensor: norms that change nothing, convolutions uniform in +-1/sqrt(inputs). */
function draw(name: string, shape: readonly number[], fanIn: number): Float32Array<ArrayBuffer> {
  const count = elementCount(shape);
  const isNorm = /\.1\.[^.]+$/.test(name);
  if (isNorm) return new Float32Array(count).fill(/\.(weight|running_var)$/.test(name) ? 1 : 0);
  const random = createRandom(SEED, `initial ${name}`);
  return Float32Array.from({ length: count }, () => (2 * random.uniform() - 1) / Math.sqrt(fanIn));
}

/** The parameters of a graph outside of the encoder, drawn when they are read. */
function drawnDecoder({ parameters }: Graph): TensorSource {
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape.map(Number)]));
  const names = [...shapes.keys()].filter((name) => !name.startsWith(ENCODER));
  return {
    tensors: new Map(
      names.map((name) => [name, { name, dtype: 'float32' as const, shape: shapes.get(name) ?? [] }]),
    ),
    metadata: new Map(),
    sizeBytes: 0,
    async read(name) {
      // A bias has as many inputs as its weight.
      const [, ...inputs] = shapes.get(name.replace(/\.bias$/, '.weight')) ?? [];
      return draw(name, shapes.get(name) ?? [], elementCount(inputs));
    },
  };
}

/**
 * A TransUNet of background, rim and cup that is still to be trained. Its side is 224 as published, or any multiple of 16.
 * Errors: `checkpoint/*`, `model/not-convertible`.
 */
export function planPretrained(
  file: CheckpointFile,
  recognised: RecognisedGoogleVit,
  settings: ConversionSettings,
): ConversionPlan {
  const side = settings.side ?? TRANSUNET_CONFIGURATIONS['ViT-B_16'].side;
  if (side % PATCH !== 0) {
    throw new WorkbenchError(
      'model/not-convertible',
      `The side of a TransUNet is a multiple of ${PATCH}, not ${side}.`,
    );
  }
  const heads = requireHeads(file, recognised.variant === 'custom' ? null : TRANSUNET_HEADS);
  const encoder = resizePositions(canonicalTensors(file.source, recognised), side / PATCH);
  const configuration = configurationOf(encoder, recognised, side);
  const graph = createTransUnet(configuration, heads);
  const tensors = overlayTensors(encoder, drawnDecoder(graph));
  const name = recognised.variant === 'custom' ? 'TransUNet' : `TransUNet of ${recognised.variant}`;
  return layOutTransUnet(recognised.variant, graph, { configuration, heads, tensors }, settings, {
    words: `${name} to be trained, side ${side}, its decoder drawn at random${precisionWords(settings)}`,
    unused: [],
  });
}
