/**
 * Reading the checkpoints that `torch.save` writes: a zip of one pickle and one record for each storage, or, before
 * PyTorch 1.6, a row of pickles with the storages behind. Storages are read by slices when their tensors are asked for.
 * Source: torch/serialization.py of PyTorch 1.13 and 2.x.
 */
import { WorkbenchError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { isTruncatedPickle } from './pickle-cursor.ts';
import { readPickle } from './pickle.ts';
import { ITEM_BYTES } from './tensor-source-values.ts';
import type { TensorSource } from './tensor-source.ts';
import { createTorchVocabulary, type TorchStorage, type TorchValue } from './torch-checkpoint-objects.ts';
import { createTorchSource } from './torch-checkpoint-tensors.ts';
import type { ZipSlices } from './zip-slices.ts';

/** The pickle of the largest SAM with its optimiser is below 1 MB. */
const MAX_PICKLE_BYTES = 2 ** 24;
/** How much of a legacy file is read first; the pickles of a state dictionary fit in. */
const FIRST_PREFIX_BYTES = 2 ** 18;

const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;

function badStorage(storage: string, problem: string): WorkbenchError {
  return new WorkbenchError('checkpoint/bad-storage', `The data of the storage "${storage}" ${problem}.`, {
    context: { storage },
  });
}

function requireLittleEndian(isLittle: boolean): void {
  if (isLittle) return;
  throw new WorkbenchError(
    'checkpoint/unsupported-dtype',
    'This checkpoint was written on a big-endian machine, whose numbers are not read.',
  );
}

/** The name of the record that makes a zip a checkpoint, if there is one. */
export function findPickleRecord({ sizes }: ZipSlices): string | undefined {
  return [...sizes.keys()].find((name) => /^(?:.*\/)?data\.pkl$/.test(name));
}

/**
 * Opens a checkpoint in the zip format.
 * Errors: `pickle/*`, `zip/*`, `checkpoint/damaged`, `checkpoint/bad-storage`, `checkpoint/unsupported-dtype`.
 */
export async function openTorchZip(
  zip: ZipSlices,
  pickleRecord: string,
  sizeBytes: number,
): Promise<TensorSource> {
  const folder = pickleRecord.slice(0, -'data.pkl'.length);
  const byteOrder = `${folder}byteorder`;
  if (zip.sizes.has(byteOrder))
    requireLittleEndian(new TextDecoder().decode(await zip.read(byteOrder)).trim() === 'little');
  if ((zip.sizes.get(pickleRecord) ?? 0) > MAX_PICKLE_BYTES)
    throw new WorkbenchError(
      'pickle/damaged',
      'The list of tensors in this file is larger than any real one.',
    );
  const { vocabulary, storages } = createTorchVocabulary();
  const { value } = readPickle(await zip.read(pickleRecord), 0, vocabulary);
  for (const { key, dtype, storedCount } of storages.values()) {
    const recordBytes = zip.sizes.get(`${folder}data/${key}`);
    if (recordBytes === undefined) throw badStorage(key, 'is missing');
    const neededBytes = storedCount * ITEM_BYTES[dtype];
    if (recordBytes < neededBytes) throw badStorage(key, `has ${recordBytes} of its ${neededBytes} bytes`);
  }
  return createTorchSource(value, sizeBytes, (key, offset, lengthBytes) =>
    zip.readSlice(`${folder}data/${key}`, offset, lengthBytes),
  );
}

interface LegacyPickles {
  readonly root: TorchValue;
  readonly storages: ReadonlyMap<string, TorchStorage>;
  readonly keys: readonly TorchValue[];
  /** Where the storages start. */
  readonly endOffset: number;
}

/** The five pickles of a legacy file: magic number, protocol, system, content and the storages' keys in file order. */
function readLegacyPickles(bytes: Uint8Array): LegacyPickles {
  const { vocabulary, storages } = createTorchVocabulary();
  let offset = 0;
  function next(): TorchValue {
    const { value, endOffset } = readPickle(bytes, offset, vocabulary);
    offset = endOffset;
    return value;
  }
  if (next() !== LEGACY_MAGIC || next() !== LEGACY_PROTOCOL) {
    throw new WorkbenchError(
      'checkpoint/unknown-format',
      'This file is a pickle, but none that torch.save writes.',
    );
  }
  const system = next();
  requireLittleEndian(system instanceof Map && system.get('little_endian') === true);
  const root = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new WorkbenchError('pickle/damaged', 'The list of storages is missing.');
  return { root, storages, keys, endOffset: offset };
}

/** Reads so much of the file that the pickles are whole. */
async function readLegacyStart(source: ByteSource): Promise<LegacyPickles> {
  for (let lengthBytes = FIRST_PREFIX_BYTES; ; lengthBytes *= 4) {
    const prefix = await source.read(0, Math.min(lengthBytes, source.sizeBytes));
    try {
      return readLegacyPickles(prefix);
    } catch (error) {
      const mayGrow = lengthBytes < Math.min(source.sizeBytes, MAX_PICKLE_BYTES);
      if (!mayGrow || !isTruncatedPickle(error)) throw error;
    }
  }
}

/** Opens a checkpoint in the format before PyTorch 1.6. Errors: as `openTorchZip`, and `checkpoint/unknown-format`. */
export async function openTorchLegacy(source: ByteSource): Promise<TensorSource> {
  const { root, storages, keys, endOffset } = await readLegacyStart(source);
  const offsets = new Map<string, number>();
  let offset = endOffset;
  for (const key of keys) {
    if (typeof key !== 'string') throw new WorkbenchError('pickle/damaged', 'A storage has no name.');
    const storage = storages.get(key);
    if (storage === undefined) throw badStorage(key, 'belongs to no tensor');
    const dataBytes = storage.storedCount * ITEM_BYTES[storage.dtype];
    if (offset + 8 + dataBytes > source.sizeBytes) throw badStorage(key, 'is cut short');
    const count = new DataView((await source.read(offset, 8)).buffer).getBigInt64(0, true);
    if (count !== BigInt(storage.storedCount)) throw badStorage(key, 'has another size than its tensors say');
    offsets.set(key, offset + 8);
    offset += 8 + dataBytes;
  }
  for (const key of storages.keys()) if (!offsets.has(key)) throw badStorage(key, 'is missing');
  return createTorchSource(root, source.sizeBytes, (key, part, lengthBytes) =>
    source.read((offsets.get(key) as number) + part, lengthBytes),
  );
}
