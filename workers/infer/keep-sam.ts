/**
 * Keeps SAMs and SAMeds: the encoder once for all models of the same checkpoint, side and precision, and of each model
 * what is its own. An encoder that no model refers to any more is deleted with the last one.
 */
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { hashText } from '../../core/sha256.ts';
import type { Report } from '../../core/tasks.ts';
import { encoderBytes, writeEncoder } from '../../models/convert/kept-encoder.ts';
import type { Params } from '../../models/graph/graph.ts';
import type { Precision } from '../../models/onnx/lower.ts';
import type { SamConfiguration } from '../../models/checkpoints/recognised.ts';
import type { ModelId } from '../api/compute.ts';
import { readParams } from './encoders.ts';
import { MANIFEST_FORMAT, type ModelCaches, OWN_TENSORS, type SamManifest } from './model-manifest.ts';
import { reportBytes } from './report-bytes.ts';

/** Encoders of models that are being made in this worker: no manifest refers to them yet. */
const inUse = new Map<string, number>();

/** Whether a tensor is of the encoder, under SAM's names. */
export function isEncoderTensor(name: string): boolean {
  return name.startsWith('image_encoder.');
}

/** What an encoder is kept from. */
export interface EncoderSpec {
  readonly configuration: SamConfiguration;
  readonly precision: Precision;
  /** Under SAM's names, at the configuration's side. */
  readonly tensors: TensorSource;
  /** Of the checkpoint. */
  readonly sourceHash: string;
}

/**
 * Keeps an encoder, unless it is kept already, for as long as `write` runs; what that writes refers to it by its id.
 * Errors: those of `write` and of the tensors; `model/storage-full`; the signal's reason.
 */
export async function withKeptEncoder<T>(
  caches: ModelCaches,
  { configuration, precision, tensors, sourceHash }: EncoderSpec,
  signal: AbortSignal,
  report: Report,
  write: (id: string) => Promise<T>,
): Promise<T> {
  const id = hashText(JSON.stringify([MANIFEST_FORMAT, sourceHash, configuration.side, precision]));
  inUse.set(id, (inUse.get(id) ?? 0) + 1);
  try {
    if ((await caches.encoders.find(id)) === undefined) {
      const kept = { configuration, precision };
      const totalBytes = encoderBytes(kept);
      let doneBytes = 0;
      const onWeight = (sizeBytes: number) => {
        doneBytes += sizeBytes;
        reportBytes(report, 'Converting weights', doneBytes, totalBytes);
      };
      onWeight(0);
      await caches.encoders.write(id, async (create) => {
        await writeEncoder(kept, tensors, create, signal, onWeight);
        return { format: MANIFEST_FORMAT, ...kept };
      });
    }
    signal.throwIfAborted();
    return await write(id);
  } finally {
    const users = (inUse.get(id) ?? 1) - 1;
    if (users > 0) inUse.set(id, users);
    else inUse.delete(id);
    await removeUnusedEncoders(caches);
  }
}

/** Deletes the encoders that no model refers to. */
export async function removeUnusedEncoders({ models, encoders }: ModelCaches): Promise<void> {
  const used = new Set<string>(inUse.keys());
  for (const { manifest } of await models.list()) {
    if (manifest.kind === 'sam' && manifest.encoder.kind === 'kept') used.add(manifest.encoder.id);
  }
  for (const { id } of await encoders.list()) if (!used.has(id)) await encoders.remove(id);
}

/** Whether a model is kept with all that it needs. */
export async function isWhole({ models, encoders }: ModelCaches, id: ModelId): Promise<boolean> {
  const manifest = (await models.find(id))?.manifest;
  if (manifest?.kind !== 'sam' || manifest.encoder.kind !== 'kept') return manifest !== undefined;
  return (await encoders.find(manifest.encoder.id)) !== undefined;
}

/** Writes a model whose encoder is kept: `own` is what is its own. */
export async function writeSamModel(
  { models }: ModelCaches,
  id: ModelId,
  manifest: SamManifest,
  own: Params,
): Promise<void> {
  await models.write(id, async (create) => {
    const sink = await create(OWN_TENSORS);
    await sink.write(writeSafetensors(own));
    await sink.close();
    return manifest;
  });
}

/** Keeps a model made of checkpoints. Errors: `checkpoint/*`, `model/storage-full`; the signal's reason. */
export async function keepSam(
  caches: ModelCaches,
  id: ModelId,
  model: Pick<EncoderSpec, 'precision' | 'tensors' | 'sourceHash'> &
    Omit<SamManifest, 'format' | 'kind' | 'encoder' | 'trainedIn'>,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const { tensors, precision: _precision, sourceHash: _sourceHash, ...about } = model;
  await withKeptEncoder(caches, model, signal, report, async (encoderId) => {
    const own = await readParams(tensors, (name) => !isEncoderTensor(name));
    const encoder = { kind: 'kept', id: encoderId } as const;
    await writeSamModel(caches, id, { ...about, format: MANIFEST_FORMAT, kind: 'sam', encoder }, own);
  });
}
