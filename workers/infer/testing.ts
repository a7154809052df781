/** A very small SAM and SAMeds of it with weights from a hash, as files and in caches of memory. For tests only. */
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import type { Params, Tensor } from '../../models/graph/graph.ts';
import { synthParams, synthWeight } from '../../models/reference/synth-weights.ts';
import { createSamed } from '../../models/zoo/samed.ts';
import type { SamedConfiguration } from '../../models/zoo/samed-configuration.ts';
import { DENSE_POSITIONS, POSITION_MATRIX } from '../../models/zoo/samed-positions.ts';
import type { ModelId } from '../api/compute.ts';
import { createMemoryStorage } from './cache-storage.ts';
import { makeModel } from './make-model.ts';
import { createModelCache } from './model-cache.ts';
import type { EncoderManifest, ModelCaches, ModelManifest } from './model-manifest.ts';

/** Sizes at which an attention window does not divide the grid. */
export const configuration: SamedConfiguration = {
  side: 64,
  patchSize: 16,
  dim: 48,
  depth: 2,
  heads: 2,
  mlpDim: 96,
  windowSize: 3,
  globalBlocks: [1],
  embeddingDim: 32,
  maskTokens: 3,
  rank: 4,
  adaptsDecoder: false,
  decoder: { depth: 1, heads: 2, mlpDim: 48, crossDim: 16, overlapDim: 32, overlapDepth: 3 },
};
/** Whether a tensor is of the encoder that SAMeds share. */
export function isOfEncoder(name: string): boolean {
  return name.startsWith('image_encoder.');
}

/** All tensors of a SAMed as checkpoints have them, from a hash of their names and `salt`. */
export function samedTensors(salt: string, sizes: SamedConfiguration = configuration): Map<string, Tensor> {
  const params = new Map(synthParams(createSamed(sizes).parameters, salt));
  params.delete(DENSE_POSITIONS);
  params.set(POSITION_MATRIX, synthWeight(POSITION_MATRIX, [2, sizes.embeddingDim / 2], salt));
  return params;
}

/** What a SAMed of that salt saves, and its training would give: everything but the encoder. */
export function savedTensors(salt: string): Map<string, Tensor> {
  return new Map([...samedTensors(salt)].filter(([name]) => !isOfEncoder(name)));
}

/** The SAM that all are of. */
export const SAM_TENSORS: Params = new Map(
  [...samedTensors('sam')].filter(([name]) => !/^w_[ab]_/.test(name)),
);

/** Caches in memory. */
export function createCaches(): ModelCaches {
  return {
    models: createModelCache(createMemoryStorage(), (json) => json as ModelManifest),
    encoders: createModelCache(createMemoryStorage(), (json) => json as EncoderManifest),
  };
}

/** Makes a model of checkpoints in f32 at their own side. */
export function makeOf(
  caches: ModelCaches,
  files: readonly File[],
  precision: 'f32' | 'f16' = 'f32',
): Promise<ModelId> {
  const spec = { kind: 'checkpoints', files, settings: { precision, side: null } } as const;
  return makeModel(caches, spec, new AbortController().signal, () => undefined);
}

/** Makes the SAMed of that salt, of two files. */
export function makeSamed(
  caches: ModelCaches,
  salt: string,
  precision: 'f32' | 'f16' = 'f32',
): Promise<ModelId> {
  const fileOf = (name: string, tensors: Params) =>
    new File([writeSafetensors(tensors, { heads: '2' })], name);
  const files = [fileOf('sam.safetensors', SAM_TENSORS), fileOf(`${salt}.safetensors`, savedTensors(salt))];
  return makeOf(caches, files, precision);
}
