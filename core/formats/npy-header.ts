/**
 * The header of a `.npy` array: a Python dictionary literal, read by a strict parser of its own and never evaluated.
 * Source: NumPy's format specification, numpy.lib.format, versions 1.0, 2.0 and 3.0.
 */
import { WorkbenchError } from '../errors.ts';

/** b bool, i and u integers, f floats, U and S strings, O pickled Python objects. */
export type NpyKind = 'b' | 'i' | 'u' | 'f' | 'U' | 'S' | 'O';

export interface NpyHeader {
  /** As it stands in the file, such as `<i8`. */
  readonly dtype: string;
  readonly kind: NpyKind;
  /** Bytes of one element. */
  readonly itemBytes: number;
  readonly isBigEndian: boolean;
  readonly isFortranOrder: boolean;
  readonly shape: readonly number[];
  /** Product of the shape; 1 for a 0-d array. */
  readonly elementCount: number;
  /** Where the data starts in the file. */
  readonly dataOffset: number;
}

/** The longest header that is read. NumPy itself stops at 10,000 characters unless told otherwise. */
export const MAX_HEADER_BYTES = 65_536;

const NUMERIC_BYTES: Readonly<Record<'b' | 'i' | 'u' | 'f', readonly number[]>> = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8],
};

const UTF8 = new TextDecoder('utf-8');
const LATIN1 = new TextDecoder('latin1');

function damaged(problem: string): WorkbenchError {
  return new WorkbenchError('npy/damaged', `This is not a NumPy array: ${problem}.`);
}

/** The text of the header and where the data after it starts. */
function readText(bytes: Uint8Array): { text: string; dataOffset: number } {
  const isMagic = bytes.length >= 10 && String.fromCharCode(...bytes.subarray(0, 6)) === '\u0093NUMPY';
  if (!isMagic) throw damaged('it does not start with the NumPy signature');
  const version = bytes[6] as number;
  if (version < 1 || version > 3 || bytes[7] !== 0)
    throw damaged(`its format version ${version}.${bytes[7]} is unknown`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw damaged('it ends inside its header');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) throw damaged(`its header claims ${length} bytes`);
  if (start + length > bytes.length) throw damaged('it ends inside its header');
  const decoder = version === 3 ? UTF8 : LATIN1;
  return { text: decoder.decode(bytes.subarray(start, start + length)), dataOffset: start + length };
}

type Literal = string | boolean | readonly number[];

/** Parses `{'key': value, ...}` where a value is a string, True, False or a tuple of whole numbers. */
function parseDictionary(text: string): Map<string, Literal> {
  let offset = 0;
  const entries = new Map<string, Literal>();
  function accept(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    if (match !== null) offset = pattern.lastIndex;
    return match;
  }
  function parseValue(): Literal {
    const string = accept(/'([^'\\]*)'|"([^"\\]*)"/y);
    if (string !== null) return string[1] ?? string[2] ?? '';
    const boolean = accept(/True|False/y);
    if (boolean !== null) return boolean[0] === 'True';
    // Python 2 wrote long integers with an L.
    const tuple = accept(/\(\s*(?:\d{1,16}L?\s*,\s*)*(?:\d{1,16}L?\s*)?\)/y);
    if (tuple !== null) return (tuple[0].match(/\d+/g) ?? []).map(Number);
    if (accept(/\[/y) !== null) {
      throw new WorkbenchError(
        'npy/unsupported-dtype',
        'Arrays of records (structured dtypes) are not read.',
      );
    }
    throw damaged('its header is not a plain dictionary');
  }
  if (accept(/\s*\{\s*/y) === null) throw damaged('its header is not a plain dictionary');
  while (accept(/\}\s*$/y) === null) {
    const key = accept(/(?:'(\w+)'|"(\w+)")\s*:\s*/y);
    if (key === null) throw damaged('its header is not a plain dictionary');
    entries.set(key[1] ?? key[2] ?? '', parseValue());
    if (accept(/\s*,\s*/y) === null && accept(/\s*(?=\})/y) === null) {
      throw damaged('its header is not a plain dictionary');
    }
  }
  return entries;
}

function parseDtype(dtype: string): Pick<NpyHeader, 'dtype' | 'kind' | 'itemBytes' | 'isBigEndian'> {
  const match = /^([<>|=]?)([a-zA-Z])(\d{0,9})$/.exec(dtype);
  if (match === null) throw damaged(`its dtype "${dtype}" is malformed`);
  const [, order, kind, digits] = match as unknown as [string, string, string, string];
  const isBigEndian = order === '>';
  if (kind === 'O') return { dtype, kind, itemBytes: 8, isBigEndian };
  if (kind === 'U' || kind === 'S') {
    if (digits === '') throw damaged(`its dtype "${dtype}" is malformed`);
    return { dtype, kind, itemBytes: Number(digits) * (kind === 'U' ? 4 : 1), isBigEndian };
  }
  const itemBytes = Number(digits);
  if (
    (kind === 'b' || kind === 'i' || kind === 'u' || kind === 'f') &&
    NUMERIC_BYTES[kind].includes(itemBytes)
  ) {
    return { dtype, kind, itemBytes, isBigEndian };
  }
  throw new WorkbenchError('npy/unsupported-dtype', `Arrays of dtype "${dtype}" are not read.`, {
    context: { dtype },
  });
}

/**
 * Reads a header from the first bytes of a `.npy` file (`MAX_HEADER_BYTES` + 12 of them are always enough).
 * Errors: `npy/damaged`, `npy/unsupported-dtype` (complex, dates, records, 80-bit floats).
 */
export function readNpyHeader(bytes: Uint8Array): NpyHeader {
  const { text, dataOffset } = readText(bytes);
  const fields = parseDictionary(text);
  const descr = fields.get('descr');
  const isFortranOrder = fields.get('fortran_order');
  const shape = fields.get('shape');
  const isComplete =
    fields.size === 3 &&
    typeof descr === 'string' &&
    typeof isFortranOrder === 'boolean' &&
    typeof shape === 'object';
  if (!isComplete) throw damaged('its header lacks dtype, order or shape');
  if (shape.length > 32) throw damaged(`it claims ${shape.length} dimensions`);
  const elementCount = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(elementCount)) throw damaged(`it claims the shape (${shape.join(', ')})`);
  return { ...parseDtype(descr), isFortranOrder, shape, elementCount, dataOffset };
}
