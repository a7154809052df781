/** A SAM or SAMed as networks in a row: an encoder that models share, its adapters as inputs, and a decoder of its own. */
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { bindTensors } from '../../models/graph/params.ts';
import { lowerToOnnx } from '../../models/onnx/lower.ts';
import { createSamedDecoder, createSamedEncoder, createSamEncoder } from '../../models/zoo/samed.ts';
import { emptyAdapters, packAdapters } from '../../models/zoo/samed-adapters.ts';
import { gridOf, type SamedConfiguration } from '../../models/zoo/samed-configuration.ts';
import { withDensePositions } from '../../models/zoo/samed-positions.ts';
import type { ModelRole } from '../api/compute.ts';
import type { OpenedEncoder } from './encoders.ts';
import type { NamedTensors, SessionStage } from './runtime.ts';

export interface SamParts {
  readonly role: ModelRole;
  /** Rank 0 without adapters. */
  readonly configuration: SamedConfiguration;
  /** Whether it wants pixels as SAM was trained, not as SAMed is. */
  readonly normalises: boolean;
  readonly encoder: OpenedEncoder;
  /** Adapters, and for a segmenter prompt encoder and decoder. */
  readonly own: TensorSource;
}

/**
 * The rank at which a SAMed without adapters runs, with such that change nothing: that of the published recipe, so that
 * what is trained from it by the recipe finds its session.
 */
const SERVED_RANK = 4;

/** The encoder's adapters, packed. */
async function packOwn({ configuration, own }: SamParts): Promise<NamedTensors> {
  const weights = {
    read: async (name: string): Promise<Tensor> => ({
      shape: own.tensors.get(name)?.shape ?? [],
      data: await own.read(name),
    }),
  };
  return { ...(await packAdapters(weights, configuration)) };
}

async function decoderStage({ configuration, encoder, own }: SamParts): Promise<SessionStage> {
  const graph = createSamedDecoder(configuration);
  const weights = bindTensors(graph, withDensePositions(own, gridOf(configuration)));
  const params = new Map<string, Tensor>();
  for (const { name } of graph.parameters) params.set(name, await weights.read(name));
  return { graph: lowerToOnnx({ graph, params }, encoder.precision), constants: {} };
}

/** The networks of a model. Models of one encoder and one rank share its session. Errors: `checkpoint/*`, those of the files. */
export async function samStages(parts: SamParts): Promise<SessionStage[]> {
  const { role, configuration, normalises, encoder } = parts;
  if (normalises) {
    const stage = await encoder.stageOf(createSamEncoder(configuration));
    return [{ ...stage, constants: {}, shareKey: `${encoder.key} normalised` }];
  }
  const isAdapted = configuration.rank > 0;
  const served = isAdapted ? configuration : { ...configuration, rank: SERVED_RANK };
  const first: SessionStage = {
    ...(await encoder.stageOf(createSamedEncoder(served))),
    constants: isAdapted ? await packOwn(parts) : { ...emptyAdapters(served) },
    shareKey: `${encoder.key} rank ${served.rank}`,
  };
  return role === 'segmenter' ? [first, await decoderStage(parts)] : [first];
}
