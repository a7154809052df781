/** The encoder of a SAM that models share: kept in the browser, or come with the workbench. */
import { WorkbenchError } from '../../core/errors.ts';
import { openBlob } from '../../core/formats/byte-source.ts';
import { openTensorSource, type TensorSource } from '../../core/formats/tensor-source.ts';
import {
  ENCODER_DATA,
  ENCODER_TENSORS,
  encoderBytes,
  encodeKeptEncoder,
  viewKeptEncoder,
} from '../../models/convert/kept-encoder.ts';
import type { Graph, Params, Tensor } from '../../models/graph/graph.ts';
import { bindTensors } from '../../models/graph/params.ts';
import { lowerToOnnx, type Precision } from '../../models/onnx/lower.ts';
import { pixelParams } from '../../models/zoo/sam-pixels.ts';
import { openEmbeddedWeights } from './embedded-weights.ts';
import type { EncoderReference, ModelCaches } from './model-manifest.ts';
import type { SessionStage } from './runtime.ts';

export interface OpenedEncoder {
  /** The same for the same weights. */
  readonly key: string;
  readonly precision: Precision;
  readonly sizeBytes: number;
  /** What a session needs of a graph over these weights: one of those that models/zoo/samed.ts makes. */
  stageOf(graph: Graph): Promise<Pick<SessionStage, 'graph' | 'weights'>>;
  /** The tensors under SAM's names, read one at a time. Errors: `train/not-trainable` for half precision. */
  tensors(): Promise<TensorSource>;
}

/** All tensors of a source that `isWanted`, in memory. */
export async function readParams(
  source: TensorSource,
  isWanted: (name: string) => boolean = () => true,
): Promise<Map<string, Tensor>> {
  const params = new Map<string, Tensor>();
  for (const { name, shape } of source.tensors.values()) {
    if (isWanted(name)) params.set(name, { shape, data: await source.read(name) });
  }
  return params;
}

function halfPrecision(): WorkbenchError {
  return new WorkbenchError(
    'train/not-trainable',
    'This model is kept in half precision, which is too coarse to train from.',
    { hint: 'Make it again from its checkpoints in full precision.' },
  );
}

/** Weights of another layout would be read from the wrong places, and nothing would tell. */
function keptOtherwise(): WorkbenchError {
  return new WorkbenchError(
    'model/not-loaded',
    'The encoder of this model is not kept as this version of the workbench keeps it, or is damaged.',
    { hint: 'Delete the models of this encoder and make them again from their checkpoints.' },
  );
}

async function openKept({ encoders }: ModelCaches, id: string): Promise<OpenedEncoder> {
  const { manifest, sizeBytes } = await encoders.require(id);
  const data = await encoders.open(id, ENCODER_DATA);
  if (data.size !== encoderBytes(manifest)) throw keptOtherwise();
  const file = await encoders.open(id, ENCODER_TENSORS);
  const small = await openTensorSource(openBlob(file), ENCODER_TENSORS);
  return {
    key: id,
    precision: manifest.precision,
    sizeBytes,
    async stageOf(graph) {
      const params: Params = new Map([...(await readParams(small)), ...pixelParams()]);
      return {
        graph: encodeKeptEncoder(graph, manifest, params),
        weights: [{ name: ENCODER_DATA, file: data }],
      };
    },
    async tensors() {
      if (manifest.precision !== 'f32') throw halfPrecision();
      return viewKeptEncoder(manifest, openBlob(data), small);
    },
  };
}

async function openEmbedded({
  weights,
  sha256: known,
}: Extract<EncoderReference, { kind: 'embedded' }>): Promise<OpenedEncoder> {
  const { source, sha256 } = await openEmbeddedWeights(weights);
  if (sha256 !== known) {
    throw new WorkbenchError(
      'model/not-loaded',
      'This model was trained from a network of the workbench that has changed since: its encoder is gone.',
      { hint: 'Train it again.' },
    );
  }
  return {
    key: sha256,
    precision: 'f32',
    sizeBytes: source.sizeBytes,
    async stageOf(graph) {
      const bound = bindTensors(graph, source);
      const params = new Map<string, Tensor>();
      for (const { name } of graph.parameters) params.set(name, await bound.read(name));
      return { graph: lowerToOnnx({ graph, params }), weights: [] };
    },
    tensors: () => Promise.resolve(source),
  };
}

/** An encoder. Errors: `model/not-loaded` when its files are gone or have changed. */
export function openEncoder(caches: ModelCaches, reference: EncoderReference): Promise<OpenedEncoder> {
  return reference.kind === 'kept' ? openKept(caches, reference.id) : openEmbedded(reference);
}
