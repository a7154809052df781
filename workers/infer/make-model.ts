/** Makes a model of dropped files and keeps it: an ONNX file is copied, checkpoints are converted, both hashed first. */
import { invariant, WorkbenchError } from '../../core/errors.ts';
import { createSha256, hashText } from '../../core/sha256.ts';
import type { Report } from '../../core/tasks.ts';
import { writeConversion } from '../../models/convert/write.ts';
import { inspectOnnx } from '../../models/onnx/inspect.ts';
import { matchInterface } from '../../models/onnx/interface.ts';
import type { NetworkMapping } from '../../models/onnx/mapping.ts';
import type { CreateFile } from '../../models/onnx/sink.ts';
import type { MakeModelSpec, ModelId, SourceFile } from '../api/compute.ts';
import { namedDataFiles } from './data-files.ts';
import { planFiles, readGraph } from './examine.ts';
import { filesOfRecord, parseRecord } from './exported-record.ts';
import { isWhole, keepSam } from './keep-sam.ts';
import { keepTransUnet } from './keep-transunet.ts';
import type { ModelCache } from './model-cache.ts';
import {
  MANIFEST_FORMAT,
  type ModelCaches,
  type ModelManifest,
  type OnnxManifest,
} from './model-manifest.ts';
import { reportBytes } from './report-bytes.ts';

/** The bytes of a file in order, one piece at a time. */
async function* piecesOf(file: Blob, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** SHA-256 of each file, with progress over all of them. */
async function hashFiles(files: readonly File[], signal: AbortSignal, report: Report): Promise<string[]> {
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const hashes: string[] = [];
  let doneBytes = 0;
  for (const file of files) {
    const sha = createSha256();
    for await (const piece of piecesOf(file, signal)) {
      sha.update(piece);
      doneBytes += piece.length;
      reportBytes(report, 'Hashing the files', doneBytes, totalBytes);
    }
    hashes.push(sha.digest());
  }
  return hashes;
}

/** A file of an ONNX model, dropped or kept. */
interface NamedFile {
  readonly name: string;
  readonly file: Blob;
}

async function copyInto(create: CreateFile, { name, file }: NamedFile, signal: AbortSignal): Promise<void> {
  const sink = await create(name);
  for await (const piece of piecesOf(file, signal)) await sink.write(piece);
  await sink.close();
}

/** Keeps an ONNX model of files with these hashes; in another role, or mapped otherwise, it is another model. */
async function keepOnnx(
  cache: ModelCache<ModelManifest>,
  manifest: OnnxManifest,
  files: readonly NamedFile[],
  signal: AbortSignal,
): Promise<ModelId> {
  const { role, sources, mapping } = manifest;
  const hashes = sources.map(({ sha256 }) => sha256);
  const id = hashText(JSON.stringify([MANIFEST_FORMAT, role, mapping, hashes]));
  if ((await cache.find(id)) !== undefined) return id;
  await cache.write(id, async (create) => {
    for (const file of files) await copyInto(create, file, signal);
    return manifest;
  });
  return id;
}

async function makeOfOnnx(
  cache: ModelCache<ModelManifest>,
  { role, file, dataFiles: companions, mapping: wanted }: Extract<MakeModelSpec, { kind: 'onnx' }>,
  signal: AbortSignal,
  report: Report,
): Promise<ModelId> {
  const summary = inspectOnnx(await readGraph(file));
  const dataFiles = namedDataFiles(summary, companions);
  const names = dataFiles.map(({ name }) => name);
  const { mapping } = matchInterface(summary, role, names, wanted);
  const files = [file, ...dataFiles];
  const hashes = await hashFiles(files, signal, report);
  const sources = files.map(({ name, size }, i) => ({
    name,
    sizeBytes: size,
    sha256: hashes[i] as string,
    words: '',
  }));
  const { name } = file;
  const manifest: OnnxManifest = {
    format: MANIFEST_FORMAT,
    kind: 'onnx',
    name,
    role,
    sources,
    file: name,
    dataFiles: names,
    mapping,
  };
  const named = files.map((one) => ({ name: one.name, file: one }));
  return keepOnnx(cache, manifest, named, signal);
}

/**
 * Keeps a model of another maker once more with another mapping.
 * Errors: the signal's reason; `onnx/unsupported-interface`, `model/not-loaded`, `model/storage-full`.
 */
export async function mapModel(
  { models }: ModelCaches,
  id: ModelId,
  mapping: NetworkMapping,
  signal: AbortSignal,
): Promise<ModelId> {
  const { manifest } = await models.require(id);
  invariant(manifest.kind === 'onnx', 'only models of other makers are mapped');
  const { file, dataFiles, role } = manifest;
  matchInterface(inspectOnnx(await readGraph(await models.open(id, file))), role, dataFiles, mapping);
  const files: NamedFile[] = [];
  for (const name of [file, ...dataFiles]) files.push({ name, file: await models.open(id, name) });
  return keepOnnx(models, { ...manifest, mapping }, files, signal);
}

/** Copies what the command line exported. */
async function makeOfExport(
  cache: ModelCache<ModelManifest>,
  { record: recordFile, files: given }: Extract<MakeModelSpec, { kind: 'exported' }>,
  signal: AbortSignal,
  report: Report,
): Promise<ModelId> {
  const record = parseRecord(await recordFile.text());
  const { converted, sources, unused } = record;
  const files = filesOfRecord(record).map((name) => {
    const file = given.find((one) => one.name === name);
    if (file !== undefined) return file;
    throw new WorkbenchError('model/not-convertible', `model.json names '${name}', which is not there.`, {
      hint: 'Drop the whole folder that was exported.',
    });
  });
  const hashes = await hashFiles(files, signal, report);
  const id = hashText(JSON.stringify([MANIFEST_FORMAT, converted, hashes]));
  if ((await cache.find(id)) !== undefined) return id;
  await cache.write(id, async (create) => {
    for (const file of files) await copyInto(create, { name: file.name, file }, signal);
    const { words: name, role } = converted;
    return { format: MANIFEST_FORMAT, kind: 'converted', name, role, sources, converted, unused };
  });
  return id;
}

async function makeOfCheckpoints(
  caches: ModelCaches,
  { files, settings }: Extract<MakeModelSpec, { kind: 'checkpoints' }>,
  signal: AbortSignal,
  report: Report,
): Promise<ModelId> {
  // What cannot be made is refused before seconds are spent on hashing.
  const { plan, checkpoints } = await planFiles(files, settings);
  const hashes = await hashFiles(files, signal, report);
  const id = hashText(JSON.stringify([MANIFEST_FORMAT, plan.kind, settings.precision, plan.side, hashes]));
  if (await isWhole(caches, id)) return id;
  const { words, role, unused, sam, transUnet } = plan;
  const sources: SourceFile[] = files.map(({ name, size }, i) => ({
    name,
    sizeBytes: size,
    sha256: hashes[i] as string,
    words: checkpoints[i]?.recognised.words ?? '',
  }));
  // Of the same network there may be many, one for each training: the file with the trained weights tells them apart.
  const about = { name: [words, files.at(-1)?.name].join(', '), role, sources, unused };
  if (sam !== null) {
    const samFile = checkpoints.findIndex(({ recognised }) => recognised.family === 'sam');
    const encoder = { ...sam, precision: plan.precision, sourceHash: hashes[samFile] as string };
    await keepSam(
      caches,
      id,
      { ...about, ...encoder, normalises: plan.kind === 'sam-encoder' },
      signal,
      report,
    );
    return id;
  }
  if (transUnet !== null && plan.precision === 'f32') {
    const { tensors, ...network } = transUnet;
    const manifest = { ...about, ...network, format: MANIFEST_FORMAT, kind: 'transunet' } as const;
    await keepTransUnet(caches, id, manifest, tensors, signal, report);
    return id;
  }
  await caches.models.write(id, async (create) => {
    const converted = await writeConversion(plan, create, signal, ({ phase, done, total }) =>
      reportBytes(report, phase, done, total),
    );
    return { ...about, format: MANIFEST_FORMAT, kind: 'converted', converted };
  });
  return id;
}

/**
 * Makes a model, unless it is in the cache already. Nothing stays of one that fails or is cancelled.
 * Errors: the signal's reason; `checkpoint/*`, `pickle/*`, `onnx/*`, `file/*`, `model/needs-checkpoint`, `model/not-convertible`,
 * `model/storage-full`.
 */
export function makeModel(
  caches: ModelCaches,
  spec: MakeModelSpec,
  signal: AbortSignal,
  report: Report,
): Promise<ModelId> {
  if (spec.kind === 'onnx') return makeOfOnnx(caches.models, spec, signal, report);
  if (spec.kind === 'exported') return makeOfExport(caches.models, spec, signal, report);
  return makeOfCheckpoints(caches, spec, signal, report);
}
