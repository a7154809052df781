/** The numeric arrays of an `.npz` file as tensors, read one at a time from the file. */
import { type NpyHeader, readNpyHeader } from './npy-header.ts';
import { readNpy, toNumbers } from './npy.ts';
import { missingTensor } from './tensor-source-values.ts';
import type { TensorDtype, TensorInfo, TensorSource } from './tensor-source.ts';
import type { ZipSlices } from './zip-slices.ts';

const SUFFIX = '.npy';
/** The header of a numeric array is rarely above 128 bytes. */
const HEADER_BYTES = 4096;

const DTYPES: Readonly<Record<string, TensorDtype>> = {
  b1: 'bool',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

/** True when the archive has a NumPy array in it. */
export function hasArrays({ sizes }: ZipSlices): boolean {
  return [...sizes.keys()].some((name) => name.endsWith(SUFFIX));
}

async function readHeader(zip: ZipSlices, entry: string, sizeBytes: number): Promise<NpyHeader> {
  return readNpyHeader(await zip.readStart(entry, Math.min(HEADER_BYTES, sizeBytes)));
}

/**
 * Opens an `.npz` file: reads the header of every array. Arrays of text or of Python objects are left out.
 * Errors: `zip/*`, `npy/*`.
 */
export async function openNpzTensors(zip: ZipSlices, fileBytes: number): Promise<TensorSource> {
  const tensors = new Map<string, TensorInfo>();
  for (const [entry, sizeBytes] of zip.sizes) {
    if (!entry.endsWith(SUFFIX)) continue;
    const name = entry.slice(0, -SUFFIX.length);
    const { kind, itemBytes, shape } = await readHeader(zip, entry, sizeBytes);
    const dtype = DTYPES[`${kind}${itemBytes}`];
    if (dtype !== undefined) tensors.set(name, { name, dtype, shape });
  }
  return {
    tensors,
    metadata: new Map(),
    sizeBytes: fileBytes,
    async read(name) {
      if (!tensors.has(name)) throw missingTensor(name);
      const values = toNumbers(readNpy(await zip.read(name + SUFFIX)));
      return values instanceof Float32Array ? values : new Float32Array(values);
    },
  };
}
