/** From the bytes of one `.npz` file to everything a sample holds, or to the error that says why it cannot be used. */
import { WorkbenchError } from '../errors.ts';
import { type NumericValues, toNumbers } from '../formats/npy.ts';
import { type NpzFile, readNpz } from '../formats/npz.ts';
import type { Allocate } from '../formats/scratch.ts';
import { wordsOf } from '../formats/words.ts';
import { readMaskClasses } from './mask-classes.ts';
import { plainValue, readAttributeCode } from './read-attribute.ts';
import { ATTRIBUTE_KEYS, type AttributeKey, type FieldName, type SampleRecord } from './sample.ts';
import { FIELD_KEYS, matchKeys } from './schema.ts';

/** One array of a file, for the list of file facts. */
export interface ArrayFact {
  readonly key: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** Everything of a `SampleRecord` but the facts of the file itself, and the pixels. */
export interface Sample extends Omit<SampleRecord, 'id' | 'name' | 'path' | 'sizeBytes' | 'lastModifiedMs'> {
  /** [height, width] row-major, as stored (64-bit integers as floats). May be a view of the file's bytes. */
  readonly image: NumericValues;
  /** [height, width] classes 0, 1, 2. */
  readonly mask: Uint8Array<ArrayBuffer>;
  readonly arrays: readonly ArrayFact[];
}

/** An extra array larger than this is listed by its header only: it cannot be a single value. */
const EXTRA_BYTES = 4096;

/** Words whose bytes' sum surely fits 32 bits: nearly all images are 8-bit, and whole numbers add up twice as fast. */
const BLOCK = 2 ** 20;

type Keys = Readonly<Partial<Record<FieldName, string>>>;

interface Plane {
  readonly fact: ArrayFact;
  readonly values: NumericValues;
}

function readPlane(npz: NpzFile, field: 'image' | 'mask', keys: Keys): Plane {
  const key = keys[field];
  if (key === undefined) {
    throw new WorkbenchError(
      'sample/missing-key',
      `The file has no ${field}: none of ${FIELD_KEYS[field].join(', ')}. It holds ${npz.keys.join(', ') || 'no arrays'}.`,
      { context: { field, keys: npz.keys } },
    );
  }
  const array = npz.read(key);
  return { fact: { key, dtype: array.dtype, shape: array.shape }, values: toNumbers(array) };
}

function measureBytes(values: Uint8Array): { min: number; max: number; mean: number } {
  // Which values occur costs one store a pixel; comparing with the extremes so far costs three times as much.
  const occurs = new Uint8Array(256);
  const words = wordsOf(values);
  let sum = 0;
  for (let start = 0; start < words.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, words.length);
    let blockSum = 0;
    for (let i = start; i < end; i++) {
      const word = words[i] as number;
      const a = word & 255;
      const b = (word >> 8) & 255;
      const c = (word >> 16) & 255;
      const d = word >>> 24;
      occurs[a] = 1;
      occurs[b] = 1;
      occurs[c] = 1;
      occurs[d] = 1;
      blockSum = (blockSum + a + b + c + d) | 0;
    }
    sum += blockSum;
  }
  for (let i = words.length * 4; i < values.length; i++) {
    const value = values[i] as number;
    occurs[value] = 1;
    sum += value;
  }
  return { min: occurs.indexOf(1), max: occurs.lastIndexOf(1), mean: sum / values.length };
}

function measureImage(values: NumericValues): { min: number; max: number; mean: number } {
  if (values instanceof Uint8Array) return measureBytes(values);
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  if (!Number.isFinite(sum)) {
    let count = 0;
    for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) count++;
    throw new WorkbenchError(
      'sample/non-finite-image',
      count > 0
        ? `The image has ${count} pixels that are NaN or infinite.`
        : 'The pixels of the image are too large to be averaged.',
    );
  }
  return { min, max, mean: sum / values.length };
}

function checkShapes(image: readonly number[], mask: readonly number[]): readonly [number, number] {
  const [height, width] = image;
  if (image.length !== 2 || height === undefined || width === undefined) {
    throw new WorkbenchError(
      'sample/image-not-2d',
      `The image has the shape (${image.join(', ')}); it should be 2-D and grey.`,
      { context: { shape: image } },
    );
  }
  if (height * width === 0) throw new WorkbenchError('sample/empty-image', 'The image has no pixels.');
  if (mask.length !== 2 || mask[0] !== height || mask[1] !== width) {
    throw new WorkbenchError(
      'sample/image-label-mismatch',
      `The image has the shape (${image.join(', ')}) and the mask (${mask.join(', ')}); they should be the same.`,
      { context: { imageShape: image, maskShape: mask } },
    );
  }
  return [height, width];
}

/** What the arrays that no field uses add. A broken or pickled one is a note, not an error. */
function readExtra(npz: NpzFile, key: string): { fact?: ArrayFact; value?: string | number; note?: string } {
  try {
    const { kind, dtype, shape, elementCount } = npz.header(key);
    const fact = { key, dtype, shape };
    if (kind === 'O')
      return { fact, note: `The array "${key}" holds pickled Python objects; it was not opened.` };
    if (elementCount !== 1 || npz.sizeBytes(key) > EXTRA_BYTES) return { fact };
    return { fact, value: plainValue(npz.read(key)) };
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    return { note: `An array that is not needed was ignored. ${error.message}` };
  }
}

/**
 * Reads and checks one sample.
 * Errors: `zip/*`, `npy/*`, `sample/missing-key` (image or mask), `sample/image-not-2d`, `sample/empty-image`,
 * `sample/image-label-mismatch`, `sample/non-finite-image`, `sample/bad-label-value`, `sample/bad-attribute-value`.
 * Ownership: borrows `bytes`; the image may be a view of them, or image and mask of what `allocate` gave out.
 */
export function readSample(bytes: Uint8Array<ArrayBuffer>, allocate?: Allocate): Sample {
  const npz = readNpz(bytes, undefined, allocate);
  const { keys, repeated } = matchKeys(npz.keys);
  const image = readPlane(npz, 'image', keys);
  const mask = readPlane(npz, 'mask', keys);
  const [height, width] = checkShapes(image.fact.shape, mask.fact.shape);
  const { min, max, mean } = measureImage(image.values);
  const classes = readMaskClasses(mask.values, allocate);
  const facts = new Map([image.fact, mask.fact].map((fact) => [fact.key, fact]));

  const codes: Partial<Record<AttributeKey, number>> = {};
  for (const attribute of ATTRIBUTE_KEYS) {
    const key = keys[attribute];
    if (key === undefined) continue;
    const array = npz.read(key);
    facts.set(key, { key, dtype: array.dtype, shape: array.shape });
    codes[attribute] = readAttributeCode(attribute, key, array);
  }

  const extras: Record<string, string | number> = {};
  const notes: string[] = [];
  for (const key of npz.keys) {
    if (facts.has(key)) continue;
    const { fact, value, note } = readExtra(npz, key);
    if (fact !== undefined) facts.set(key, fact);
    if (value !== undefined) extras[key] = value;
    if (note !== undefined) notes.push(note);
  }
  const repeats = repeated.map(
    ({ field, used, ignored }) =>
      `The file spells ${field} in several ways; "${used}" was read, not ${ignored.join(', ')}.`,
  );
  return {
    height,
    width,
    image: image.values,
    mask: classes.mask,
    imageDtype: image.fact.dtype,
    maskDtype: mask.fact.dtype,
    imageMin: min,
    imageMax: max,
    imageMean: mean,
    maskCounts: classes.counts,
    keys,
    codes,
    extras,
    notes: [...repeats, ...classes.notes, ...notes],
    arrays: npz.keys.flatMap((key) => facts.get(key) ?? []),
  };
}
