/**
 * What a training has made becomes models of Evaluate and Search. Of a SAMed adapters and decoder are kept, the encoder stays
 * that of the model it was trained from, unless the training trained or rounded it. A TransUNet is kept whole.
 */
import { invariant, WorkbenchError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { createSha256, hashText } from '../../core/sha256.ts';
import { isAdapterName, isSamName } from '../../models/checkpoints/sam-names.ts';
import { overlayTensors } from '../../models/checkpoints/tensor-views.ts';
import type { Params, Tensor } from '../../models/graph/graph.ts';
import { requireParam } from '../../models/graph/params.ts';
import { createSamedDecoder } from '../../models/zoo/samed.ts';
import { encoderAdapters } from '../../models/zoo/samed-adapters.ts';
import type { SamedConfiguration } from '../../models/zoo/samed-configuration.ts';
import { DENSE_POSITIONS } from '../../models/zoo/samed-positions.ts';
import type { ModelId, ModelRole, ModelSource, TrainedIn } from '../api/compute.ts';
import type { NetworkSizes } from '../train/trainable-model.ts';
import { readParams } from './encoders.ts';
import { keepTransUnet, openTransUnetTensors } from './keep-transunet.ts';
import { isEncoderTensor, removeUnusedEncoders, withKeptEncoder, writeSamModel } from './keep-sam.ts';
import {
  type EncoderReference,
  MANIFEST_FORMAT,
  type ModelCaches,
  type SamManifest,
  trainedInOf,
} from './model-manifest.ts';
import { openSam, type SamModel } from './sam-source.ts';

function otherNetwork(): WorkbenchError {
  return new WorkbenchError('train/not-trainable', 'The model is not what the training started from.');
}

export interface TrainedModelSpec {
  /** What the training started from. */
  readonly base: ModelSource;
  /** What a person reads in the lists: the run and which of its weights. */
  readonly name: string;
  /** Of the network that was trained: a SAMed's rank is that of the adapters. */
  readonly sizes: NetworkSizes;
  /** Everything that was trained or rounded, and what the base did not have, by the published names. Others are not looked at. */
  readonly tensors: Params;
  readonly trainedIn: Omit<TrainedIn, 'baseName'>;
}

function hashTensors(tensors: Iterable<readonly [string, Tensor]>): string {
  const sha = createSha256();
  const text = new TextEncoder();
  for (const [name, { shape, data }] of tensors) {
    sha.update(text.encode(`${name} ${shape.join(',')}\n`));
    sha.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return sha.digest();
}

/** The encoder's tensors that are not the base's: one that was rounded may have been so before. Cost: reads those of the base. */
async function changedOfEncoder({ encoder }: SamModel, tensors: Params): Promise<Map<string, Tensor>> {
  const known = await encoder.tensors();
  const changed = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    if (!isEncoderTensor(name)) continue;
    const before = await known.read(name);
    if (tensor.data.some((value, index) => value !== before[index])) changed.set(name, tensor);
  }
  return changed;
}

/** A checkpoint of tensors in memory. */
function sourceOf(tensors: Params): TensorSource {
  return {
    tensors: new Map(
      [...tensors].map(([name, { shape }]) => [name, { name, dtype: 'float32', shape }] as const),
    ),
    metadata: new Map(),
    sizeBytes: 0,
    read(name) {
      const tensor = tensors.get(name);
      invariant(tensor !== undefined, `the trained tensors lack '${name}'`);
      return Promise.resolve(Float32Array.from(tensor.data));
    },
  };
}

/** Prompt encoder, decoder and adapters: the trained ones over those of the base. Errors: `graph/*` when one is missing. */
async function ownTensors(
  base: SamModel,
  configuration: SamedConfiguration,
  tensors: Params,
): Promise<Params> {
  const own = await readParams(base.own, (name) => !isEncoderTensor(name));
  for (const [name, tensor] of tensors) {
    if (!isEncoderTensor(name) && (isSamName(name) || isAdapterName(name))) own.set(name, tensor);
  }
  const { dim, rank } = configuration;
  const adapters = encoderAdapters(configuration).flatMap(({ a, b }) => [
    { name: a, shape: [rank, dim] },
    { name: b, shape: [dim, rank] },
  ]);
  const decoder = createSamedDecoder(configuration).parameters.filter(({ name }) => name !== DENSE_POSITIONS);
  for (const parameter of [...(rank > 0 ? adapters : []), ...decoder]) requireParam(own, parameter);
  return own;
}

async function addSamed(
  caches: ModelCaches,
  configuration: SamedConfiguration,
  spec: TrainedModelSpec,
): Promise<ModelId> {
  const base = await openSam(caches, spec.base);
  if (base === undefined) throw otherNetwork();
  const { name, tensors } = spec;
  const own = await ownTensors(base, configuration, tensors);
  const trainedIn = { ...spec.trainedIn, baseName: base.name };
  const hash = hashTensors(own);

  const keep = async (encoder: EncoderReference): Promise<ModelId> => {
    const write = async (role: ModelRole, title: string, params: Params) => {
      const about = { configuration, name: title, role, encoder, trainedIn };
      const id = hashText(JSON.stringify([MANIFEST_FORMAT, about, hash]));
      const manifest: SamManifest = {
        ...about,
        format: MANIFEST_FORMAT,
        kind: 'sam',
        normalises: false,
        sources: base.sources,
        unused: [],
      };
      await writeSamModel(caches, id, manifest, params);
      return id;
    };
    const adapters = new Map([...own].filter(([tensor]) => isAdapterName(tensor)));
    await write('extractor', `${name}, encoder`, adapters);
    return write('segmenter', name, own);
  };

  const changed = await changedOfEncoder(base, tensors);
  if (changed.size === 0) return keep(base.reference);
  const encoder = {
    configuration,
    precision: 'f32',
    tensors: overlayTensors(await base.encoder.tensors(), sourceOf(changed)),
    // The same for all runs that rounded this encoder, which then share its files and its session.
    sourceHash: hashText(`${base.encoder.key} ${hashTensors(changed)}`),
  } as const;
  const { signal } = new AbortController();
  return withKeptEncoder(
    caches,
    encoder,
    signal,
    () => undefined,
    (id) => keep({ kind: 'kept', id }),
  );
}

async function addTransUnet(
  caches: ModelCaches,
  { configuration, heads }: Extract<NetworkSizes, { kind: 'transunet' }>,
  { base, name, tensors, trainedIn }: TrainedModelSpec,
): Promise<ModelId> {
  if (base.kind !== 'made') throw otherNetwork();
  const { manifest } = await caches.models.require(base.id);
  if (manifest.kind !== 'transunet') throw otherNetwork();
  const about = { name, configuration, heads, trainedIn: { ...trainedIn, baseName: manifest.name } };
  const id = hashText(JSON.stringify([MANIFEST_FORMAT, about, hashTensors(tensors)]));
  const { sources } = manifest;
  const trained = {
    ...about,
    format: MANIFEST_FORMAT,
    kind: 'transunet',
    role: 'segmenter',
    sources,
    unused: [],
  } as const;
  const untrained = await openTransUnetTensors(caches, base.id);
  const known = new Map([...tensors].filter(([tensor]) => untrained.tensors.has(tensor)));
  const whole = overlayTensors(untrained, sourceOf(known));
  await keepTransUnet(caches, id, trained, whole, new AbortController().signal, () => undefined);
  return id;
}

/**
 * Keeps a trained model: a SAMed as a segmenter and its adapted encoder as an extractor, a TransUNet as a segmenter. Returns
 * the id of the segmenter.
 * Errors: `train/not-trainable` when the base is another network; `graph/unknown-value`, `graph/shape-mismatch` for tensors
 * that do not make the network; `model/storage-full`, `model/not-loaded` when the base is gone.
 */
export function addTrainedModel(caches: ModelCaches, spec: TrainedModelSpec): Promise<ModelId> {
  const { sizes } = spec;
  return sizes.kind === 'samed'
    ? addSamed(caches, sizes.configuration, spec)
    : addTransUnet(caches, sizes, spec);
}

/** Deletes the models of a run that was deleted. */
export async function removeTrainedModels(caches: ModelCaches, runId: string): Promise<void> {
  for (const { id, manifest } of await caches.models.list()) {
    if (trainedInOf(manifest)?.runId === runId) await caches.models.remove(id);
  }
  await removeUnusedEncoders(caches);
}
