/** Preprocessing, zoom and augmentation geometry against SciPy and the published pipeline (goldens, section 9). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readNpz } from '../formats/npz.ts';
import { goldensFolder, reportGolden } from '../goldens.ts';
import { describeDifference, maxAbsDifference } from '../testing.ts';
import { cropAxis } from './crop.ts';
import { applyPixelMap, type PixelMap, quarterTurnMap, rotationMap } from './pixel-map.ts';
import { lowResolutionTarget, prepareForSegmentation } from './preprocess.ts';
import { hasZeroEdge, zoomCubic, zoomNearest } from './zoom.ts';

/** The README's tolerance for images: f32 rounding of values near 1, with room for another order of operations. */
const IMAGE = { abs: 2e-6, rel: 0 };

interface GoldenCase {
  readonly name: string;
  readonly input: string;
  readonly center_crop_size: number;
  readonly output_size: number;
  readonly low_res: number;
  readonly edge_zeroed?: string;
  readonly crop_start_yx: readonly [number, number];
  readonly cropped_shape: readonly [number, number];
}

interface CasesFile {
  readonly cases: readonly GoldenCase[];
  readonly edge_zero_pairs_in_out: readonly (readonly [number, number])[];
  readonly crop_table: readonly { n: number; crop: number; first: number; length: number }[];
  readonly label_map: Readonly<Record<string, number>>;
}

const folder = goldensFolder('preprocess');
const golden = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as CasesFile;
let checked = 0;
let worstError = 0;

function openNpz(name: string) {
  return readNpz(new Uint8Array(readFileSync(join(folder, name))));
}

function readArray(file: ReturnType<typeof openNpz>, key: string) {
  const array = file.read(key);
  const [height = 1, width = 1] = array.shape;
  return { height, width, values: Float64Array.from(array.values, Number) };
}

function note(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  checked++;
  worstError = Math.max(worstError, maxAbsDifference(actual, expected));
}

function expectImage(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  note(actual, expected);
  expect(describeDifference(actual, expected, IMAGE)).toBeUndefined();
}

/** Distance from `position` to the nearest exact half, where rounding may go either way. */
function isHalf(position: number): boolean {
  return Math.abs(position - Math.floor(position) - 0.5) < 1e-9;
}

/** Labels must be equal, but for pixels that were sampled at an exact half on either axis. */
function expectLabels(
  actual: Uint8Array,
  expected: Float64Array,
  isExcused: (index: number) => boolean,
): void {
  checked++;
  expect(actual.length).toBe(expected.length);
  const wrong = [...actual.keys()].filter((i) => actual[i] !== expected[i] && !isExcused(i));
  expect(wrong).toEqual([]);
}

function zoomExcuse(height: number, width: number, outputHeight: number, outputWidth: number) {
  const step = (input: number, output: number) => (output > 1 ? (input - 1) / (output - 1) : 0);
  return (index: number) =>
    isHalf(Math.floor(index / outputWidth) * step(height, outputHeight)) ||
    isHalf((index % outputWidth) * step(width, outputWidth));
}

afterAll(() => reportGolden('preprocess', checked, worstError));

describe('preprocessing for segmentation', () => {
  it.each(golden.cases.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
    const input = openNpz(entry.input);
    const { values: image, height, width } = readArray(input, 'image');
    const labels = readArray(input, 'label').values;
    const mask = Uint8Array.from(labels, (label) => golden.label_map[String(label)] ?? 255);
    const side = entry.output_size;
    const settings = { kind: 'segmentation', crop: entry.center_crop_size, side } as const;

    const expected = openNpz(`${entry.name}.npz`);
    const published = prepareForSegmentation(image, mask, height, width, {
      ...settings,
      preset: 'published',
    });
    const { frame } = published;
    expect([frame.height, frame.width]).toEqual(entry.cropped_shape);
    const excuse = zoomExcuse(frame.height, frame.width, side, side);
    expectImage(published.image, readArray(expected, 'image').values);
    expectLabels(published.mask, readArray(expected, 'label').values, excuse);
    expectLabels(
      lowResolutionTarget(published.mask, side, entry.low_res, 'published'),
      readArray(expected, 'low_res_label').values,
      zoomExcuse(side, side, entry.low_res, entry.low_res),
    );

    const isShort = height < entry.center_crop_size || width < entry.center_crop_size;
    const corrected = prepareForSegmentation(image, mask, height, width, {
      ...settings,
      preset: 'corrected',
    });
    expect(corrected.notes.length > 0).toBe(isShort);
    expect(corrected.frame).toEqual({
      top: Math.max(0, entry.crop_start_yx[0]),
      left: Math.max(0, entry.crop_start_yx[1]),
      height: Math.min(height, entry.center_crop_size),
      width: Math.min(width, entry.center_crop_size),
    });
    // A wrapped-around crop has no corrected counterpart in the goldens.
    if (isShort) return;
    const clamped = entry.edge_zeroed === undefined ? expected : openNpz(`${entry.name}_edge_clamped.npz`);
    expectImage(corrected.image, readArray(clamped, 'image').values);
    expectLabels(corrected.mask, readArray(clamped, 'label').values, excuse);
  });

  it('leaves the last row at 0 for the listed pairs of sizes', () => {
    for (const [input, output] of golden.edge_zero_pairs_in_out) {
      expect([input, output, hasZeroEdge(input, output)]).toEqual([input, output, true]);
    }
  });

  it('crops as a Python slice does', () => {
    for (const { n, crop, first, length } of golden.crop_table) {
      expect({ n, crop, ...cropAxis(n, crop, 'published') }).toEqual({ n, crop, start: first, length });
    }
  });
});

describe('zoom', () => {
  const file = openNpz('zoom_unit.npz');
  const cases = file.keys.filter((key) => key.startsWith('in_')).map((key) => key.slice('in_'.length));
  it.each(cases)('agrees with SciPy on unit case %s', (name) => {
    const input = readArray(file, `in_${name}`);
    const cubic = readArray(file, `order3_${name}`);
    const zoomed = zoomCubic(input.values, input.height, input.width, cubic.height, cubic.width, 'published');
    note(zoomed, cubic.values);
    expect(describeDifference(zoomed, cubic.values, { abs: 1e-12, rel: 1e-12 })).toBeUndefined();

    const labels = Uint8Array.from(readArray(file, `lab_${name}`).values);
    const nearest = readArray(file, `order0_${name}`);
    expectLabels(
      zoomNearest(labels, input.height, input.width, nearest.height, nearest.width, 'published'),
      nearest.values,
      zoomExcuse(input.height, input.width, nearest.height, nearest.width),
    );
  });
});

describe('augmentation geometry', () => {
  const file = openNpz('augment.npz');
  const input = readArray(file, 'image');
  const image = Float32Array.from(input.values, (value) => value / 255);
  const label = Int8Array.from(readArray(file, 'label').values);

  function apply<T extends Uint8Array | Int8Array | Float32Array>(map: PixelMap, values: T): T {
    return applyPixelMap(map, values, values.slice() as T);
  }

  const rotations = file.keys.flatMap((key) => /^rot_(-?\d+)_image$/.exec(key)?.[1] ?? []);
  it.each(rotations)('rotates by %s degrees as SciPy does', (degrees) => {
    const map = rotationMap(input.height, input.width, Number(degrees));
    expect([map.height, map.width]).toEqual([input.height, input.width]);
    expectImage(apply(map, image), readArray(file, `rot_${degrees}_image`).values);
    expectImage(apply(map, label), readArray(file, `rot_${degrees}_label`).values);
  });

  const turns = file.keys.flatMap((key) => {
    const match = /^rotflip_k(\d)_axis([01])$/.exec(key);
    return match === null ? [] : [{ key, turns: Number(match[1]), axis: match[2] === '0' ? 0 : 1 } as const];
  });
  it.each(turns)('turns and flips as NumPy does: $key', ({ key, turns: quarterTurns, axis }) => {
    const map = quarterTurnMap(input.height, input.width, quarterTurns, axis);
    const expected = readArray(file, key);
    expect([map.height, map.width]).toEqual([expected.height, expected.width]);
    expectImage(apply(map, Uint8Array.from(input.values)), expected.values);
  });

  it('finds cases to check', () => {
    expect(rotations.length + turns.length).toBeGreaterThan(0);
  });
});
