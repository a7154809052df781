/**
 * Writing named tensors as a checkpoint that `torch.load` reads: the zip format, an ordered dictionary of contiguous
 * float32 tensors, protocol 2, each storage aligned to 64 bytes as PyTorch aligns them.
 */
import { zipSync, type Zippable } from 'fflate';
import { invariant } from '../errors.ts';
import type { NamedTensors } from './tensor-source.ts';

/** Operations of the pickle machine, by their names in Python's pickletools. */
const PROTO_2 = [0x80, 2];
const MARK = 0x28;
const EMPTY_TUPLE = 0x29;
const REDUCE = 0x52;
const SETITEMS = 0x75;
const STOP = 0x2e;
const TUPLE = 0x74;
const NEWFALSE = 0x89;
const BINPERSID = 0x51;

const encoder = new TextEncoder();

function int32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}

function binInt(value: number): number[] {
  invariant(value < 2 ** 31, `a tensor of ${value} elements is written`);
  return [0x4a, ...int32(value)];
}

function binUnicode(text: string): number[] {
  const bytes = encoder.encode(text);
  return [0x58, ...int32(bytes.length), ...bytes];
}

function global(module: string, name: string): number[] {
  return [0x63, ...encoder.encode(`${module}\n${name}\n`)];
}

function tuple(items: readonly number[][]): number[] {
  return [MARK, ...items.flat(), TUPLE];
}

function orderedDictionary(): number[] {
  return [...global('collections', 'OrderedDict'), EMPTY_TUPLE, REDUCE];
}

/** `_rebuild_tensor_v2(storage, 0, shape, strides, requires_grad=False, backward_hooks=OrderedDict())`. */
function tensor(key: string, shape: readonly number[]): number[] {
  const strides: number[] = [];
  shape.reduceRight((stride, size) => (strides.unshift(stride), stride * size), 1);
  const elementCount = shape.reduce((product, size) => product * size, 1);
  const storageId = tuple([
    binUnicode('storage'),
    global('torch', 'FloatStorage'),
    binUnicode(key),
    binUnicode('cpu'),
    binInt(elementCount),
  ]);
  const args = tuple([
    [...storageId, BINPERSID],
    binInt(0),
    tuple(shape.map(binInt)),
    tuple(strides.map(binInt)),
    [NEWFALSE],
    orderedDictionary(),
  ]);
  return [...global('torch._utils', '_rebuild_tensor_v2'), ...args, REDUCE];
}

const FOLDER = 'archive';
const ALIGNMENT = 64;
const LOCAL_HEADER_BYTES = 30;
const EXTRA_HEADER_BYTES = 4;
/** The id under which PyTorch pads its records, "FB". */
const PADDING_ID = 0x4246;

/**
 * The bytes of a checkpoint, the same for the same tensors on any day and machine.
 * Cost: two copies of the values.
 */
export function writeTorchCheckpoint(tensors: NamedTensors): Uint8Array<ArrayBuffer> {
  const records = new Map<string, Uint8Array>();
  const items: number[] = [];
  let index = 0;
  for (const [name, { shape, data }] of tensors) {
    const key = String(index++);
    for (const byte of binUnicode(name)) items.push(byte);
    for (const byte of tensor(key, shape)) items.push(byte);
    records.set(`${FOLDER}/data/${key}`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const pickle = Uint8Array.from([...PROTO_2, ...orderedDictionary(), MARK]);
  const files = new Map([
    [`${FOLDER}/data.pkl`, Uint8Array.from([...pickle, ...items, SETITEMS, STOP])],
    [`${FOLDER}/byteorder`, encoder.encode('little')],
    ...records,
    [`${FOLDER}/version`, encoder.encode('3\n')],
  ]);
  const entries: Zippable = {};
  let offset = 0;
  for (const [path, bytes] of files) {
    const headerBytes = LOCAL_HEADER_BYTES + path.length + EXTRA_HEADER_BYTES;
    const padding = (ALIGNMENT - ((offset + headerBytes) % ALIGNMENT)) % ALIGNMENT;
    offset += headerBytes + padding + bytes.length;
    entries[path] = [bytes, { extra: { [PADDING_ID]: new Uint8Array(padding) } }];
  }
  // The earliest date a zip can hold, in local time because that is how zip files count.
  return zipSync(entries, { level: 0, mtime: new Date(1980, 0, 1) });
}
