/**
 * Reading and writing `.safetensors` files: a length, a JSON header and the values behind it. The header is checked
 * completely: every tensor's bytes fit its shape, none overlap, and together they are the whole rest of the file.
 * Source: the format description of the safetensors project.
 */
import { WorkbenchError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { countElements, ITEM_BYTES, missingTensor, toFloat32 } from './tensor-source-values.ts';
import type { MetadataValue, NamedTensors, TensorDtype, TensorInfo, TensorSource } from './tensor-source.ts';

/** The header of the largest SAM is below 100 kB. */
const MAX_HEADER_BYTES = 2 ** 24;
const LENGTH_BYTES = 8;

const DTYPES: Readonly<Record<string, TensorDtype>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};

interface StoredTensor {
  readonly info: TensorInfo;
  /** In bytes, from the end of the header. */
  readonly start: number;
  readonly end: number;
}

function damaged(problem: string, cause?: unknown): WorkbenchError {
  const message = `This is not a whole safetensors file: ${problem}.`;
  return new WorkbenchError('safetensors/damaged', message, cause === undefined ? {} : { cause });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && (count as number) >= 0)
  );
}

function parseTensor(name: string, entry: unknown): StoredTensor {
  if (!isRecord(entry)) throw damaged(`"${name}" is no description of a tensor`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw damaged(`"${name}" lacks its dtype, shape or place`);
  }
  const known = DTYPES[dtype];
  if (known === undefined) {
    throw new WorkbenchError(
      'checkpoint/unsupported-dtype',
      `The tensor "${name}" is ${dtype}, which is not read.`,
      {
        context: { tensor: name, dtype },
      },
    );
  }
  const [start, end] = offsets as [number, number];
  const neededBytes = countElements(shape) * ITEM_BYTES[known];
  if (end - start !== neededBytes)
    throw damaged(`the tensor "${name}" has ${end - start} bytes where its shape needs ${neededBytes}`);
  return { info: { name, dtype: known, shape }, start, end };
}

function parseMetadata(entry: unknown): Map<string, MetadataValue> {
  if (entry === undefined) return new Map();
  if (!isRecord(entry)) throw damaged('its metadata is no dictionary');
  return new Map(
    Object.entries(entry).map(([key, value]) => {
      if (typeof value !== 'string') throw damaged(`its metadata "${key}" is no text`);
      return [key, value];
    }),
  );
}

/** The tensors must fill the data exactly, without holes: then none can overlap either. */
function requireTiling(tensors: readonly StoredTensor[], dataBytes: number): void {
  let filled = 0;
  for (const { info, start, end } of tensors.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== filled)
      throw damaged(`the tensor "${info.name}" ${start < filled ? 'overlaps another' : 'follows a hole'}`);
    filled = end;
  }
  if (filled !== dataBytes)
    throw damaged(`its tensors need ${filled} bytes and it has ${dataBytes}, as when a copy was cut short`);
}

function parseHeader(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged('its header is not JSON', cause);
  }
  if (!isRecord(header)) throw damaged('its header is no dictionary');
  return header;
}

/** Opens a file: reads and checks its header. Errors: `safetensors/damaged`, `checkpoint/unsupported-dtype`, `file/*`. */
export async function openSafetensors(source: ByteSource): Promise<TensorSource> {
  if (source.sizeBytes < LENGTH_BYTES) throw damaged('it ends inside its header');
  const length = new DataView((await source.read(0, LENGTH_BYTES)).buffer).getBigUint64(0, true);
  const headerBytes = Number(length);
  if (headerBytes > source.sizeBytes - LENGTH_BYTES)
    throw damaged(`its header claims ${length} bytes, more than the file has`);
  if (headerBytes > MAX_HEADER_BYTES)
    throw damaged(`its header claims ${length} bytes, more than any real one`);
  const { __metadata__: metadata, ...entries } = parseHeader(await source.read(LENGTH_BYTES, headerBytes));
  const dataOffset = LENGTH_BYTES + headerBytes;
  const stored = new Map(Object.entries(entries).map(([name, entry]) => [name, parseTensor(name, entry)]));
  requireTiling([...stored.values()], source.sizeBytes - dataOffset);
  return {
    tensors: new Map([...stored].map(([name, { info }]) => [name, info])),
    metadata: parseMetadata(metadata),
    sizeBytes: source.sizeBytes,
    async read(name) {
      const tensor = stored.get(name);
      if (tensor === undefined) throw missingTensor(name);
      const { info, start, end } = tensor;
      return toFloat32(await source.read(dataOffset + start, end - start), info.dtype);
    },
  };
}

/** What stands before the values of float32 tensors of these shapes. Spaces bring it to a multiple of eight bytes. */
function encodeHeader(
  shapes: Iterable<readonly [name: string, shape: readonly number[]]>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const header: [string, unknown][] = [['__metadata__', { format: 'pt', ...metadata }]];
  let dataBytes = 0;
  for (const [name, shape] of shapes) {
    const start = dataBytes;
    dataBytes += countElements(shape) * ITEM_BYTES.float32;
    header.push([name, { dtype: 'F32', shape, data_offsets: [start, dataBytes] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}

const bytesOf = (data: Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/**
 * The bytes of a file of float32 tensors in the given order, aligned as the format asks for.
 * `metadata` is text only: other programs expect `format: 'pt'` in it.
 * Cost: one copy of the values.
 */
export function writeSafetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header = encodeHeader(
    Array.from(tensors, ([name, { shape }]) => [name, shape]),
    metadata,
  );
  const dataBytes = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  const bytes = new Uint8Array(header.length + dataBytes);
  bytes.set(header);
  let offset = header.length;
  for (const { data } of tensors.values()) {
    bytes.set(bytesOf(data), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * The same file piece by piece, for tensors that are too large to hold together. `write` appends.
 * Errors: those of `read` and `write`. Cost: holds one tensor at a time.
 */
export async function streamSafetensors(
  source: Pick<TensorSource, 'tensors' | 'read'>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const infos = [...source.tensors.values()];
  await write(
    encodeHeader(
      infos.map(({ name, shape }) => [name, shape]),
      {},
    ),
  );
  for (const { name } of infos) await write(bytesOf(await source.read(name)));
}
