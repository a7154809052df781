/**
 * Every file of the golden folder `npz-variants`, good and broken: arrays, sample facts, groups and error classes
 * as its manifest lists them. Another folder of the same format must pass unchanged.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ErrorCode, WorkbenchError } from '../errors.ts';
import { isStrings, type NpyArray, toNumbers } from '../formats/npy.ts';
import { readNpz } from '../formats/npz.ts';
import { goldensFolder, reportGolden } from '../goldens.ts';
import { type Coding, countCodings, decideAgeUnit, decideRaceCoding } from './coding.ts';
import { type Grouping, groupIndices, PUBLISHED_AGE_BINS } from './groups.ts';
import { readSample, type Sample } from './read-sample.ts';
import type { AttributeKey } from './sample.ts';

interface ArrayFacts {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly object?: boolean;
  readonly value?: number | boolean | string;
  readonly values?: readonly (number | string)[];
  readonly first8_row_major?: readonly (number | boolean)[];
  readonly last4_row_major?: readonly (number | boolean)[];
  readonly first_row_major_as_text?: readonly string[];
  readonly nan_count?: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
}

interface SampleFacts {
  readonly layout: string;
  readonly image_key: string;
  readonly label_key: string;
  readonly image_shape: readonly number[];
  readonly label_counts_after_mapping: Readonly<Record<string, number>>;
  readonly groups: Readonly<Record<string, number>>;
}

interface Variant {
  readonly file: string;
  readonly bytes: number;
  readonly expect: 'ok' | 'error';
  readonly error_class?: string;
  readonly also_acceptable?: string;
  readonly sample?: SampleFacts;
  readonly arrays?: Readonly<Record<string, ArrayFacts>>;
}

interface Manifest {
  readonly attribute_for_grouping: AttributeKey;
  readonly error_classes: Readonly<Record<string, string>>;
  readonly files: readonly Variant[];
}

/** The manifest's class of each of our codes. */
const CLASS_OF_CODE: Readonly<Partial<Record<ErrorCode, string>>> = {
  'zip/damaged': 'bad-zip',
  'zip/unsupported': 'unsupported-compression',
  'zip/entry-too-large': 'entry-too-large',
  'npy/damaged': 'bad-npy',
  'npy/object-array': 'object-array',
  'sample/missing-key': 'missing-key',
  'sample/non-finite-image': 'non-finite-image',
  'sample/bad-label-value': 'bad-label-value',
  'sample/bad-attribute-value': 'bad-attribute-value',
  'sample/empty-image': 'empty-image',
  'sample/image-label-mismatch': 'image-label-mismatch',
  'sample/image-not-2d': 'image-not-2d',
};

const GROUPINGS: Readonly<Record<string, Grouping>> = {
  race: { kind: 'attribute', attribute: 'race' },
  gender: { kind: 'attribute', attribute: 'gender' },
  language: { kind: 'attribute', attribute: 'language' },
  ethnicity: { kind: 'attribute', attribute: 'ethnicity' },
  marital_binary: { kind: 'marital-binary' },
  age_group_under60_0_else_1: PUBLISHED_AGE_BINS,
};

const LABELS: Readonly<Record<string, keyof Sample['maskCounts']>> = {
  '0_background': 'background',
  '1_rim': 'rim',
  '2_cup': 'cup',
};

const folder = goldensFolder('npz-variants');
const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;

function bytesOf(variant: Variant): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(folder, variant.file)));
}

type Outcome = { readonly sample: Sample } | { readonly errorClass: string };

/** What reading yields. A sample that lacks the attribute to group by is the manifest's `missing-key`. */
function outcomeOf(variant: Variant): Outcome {
  try {
    const sample = readSample(bytesOf(variant));
    const hasAttribute = sample.codes[manifest.attribute_for_grouping] !== undefined;
    return hasAttribute ? { sample } : { errorClass: 'missing-key' };
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    return { errorClass: CLASS_OF_CODE[error.code] ?? `no class for ${error.code}` };
  }
}

const outcomes = new Map(manifest.files.map((variant) => [variant, outcomeOf(variant)]));
const good = manifest.files.filter((variant) => variant.expect === 'ok');

/** Codings are decided for a cohort: here, for the good files of one layout. */
const codings = new Map<string, Coding>();
for (const layout of new Set(good.map((variant) => variant.sample?.layout ?? ''))) {
  const samples = good.flatMap((variant) => {
    const outcome = outcomes.get(variant);
    return variant.sample?.layout === layout && outcome !== undefined && 'sample' in outcome
      ? [outcome.sample]
      : [];
  });
  const counts = countCodings(samples);
  codings.set(layout, { race: decideRaceCoding(counts).value, ageUnit: decideAgeUnit(counts).value });
}

let worstError = 0;

function expectSum(actual: number, expected: number): void {
  const difference = Object.is(actual, expected) ? 0 : Math.abs(actual - expected);
  worstError = Math.max(worstError, Number.isNaN(difference) ? Infinity : difference);
  expect(difference).toBeLessThanOrEqual(1e-12 + 1e-9 * Math.abs(expected));
}

function expectNumbers(array: NpyArray, facts: ArrayFacts): void {
  const numbers = Float64Array.from(toNumbers(array));
  if (facts.value !== undefined) expect([...numbers]).toEqual([Number(facts.value)]);
  if (facts.values !== undefined) expect([...numbers]).toEqual(facts.values.map(Number));
  if (facts.first8_row_major) expect([...numbers.slice(0, 8)]).toEqual(facts.first8_row_major.map(Number));
  if (facts.last4_row_major) expect([...numbers.slice(-4)]).toEqual(facts.last4_row_major.map(Number));
  if (facts.first_row_major_as_text) {
    const expected = facts.first_row_major_as_text.map((text) => Number(text.replace('inf', 'Infinity')));
    expect([...numbers.slice(0, expected.length)]).toEqual(
      expected.map((n) => toPrecisionOf(array.dtype, n)),
    );
  }
  const finite = numbers.filter((value) => !Number.isNaN(value));
  if (facts.nan_count !== undefined) expect(numbers.length - finite.length).toBe(facts.nan_count);
  if (facts.sum !== undefined)
    expectSum(
      finite.reduce((sum, value) => sum + value, 0),
      facts.sum,
    );
  if (facts.min !== undefined) expect(finite.reduce((a, b) => Math.min(a, b), Infinity)).toBe(facts.min);
  if (facts.max !== undefined) expect(finite.reduce((a, b) => Math.max(a, b), -Infinity)).toBe(facts.max);
}

/** A decimal text means the nearest number of the array's own precision. */
function toPrecisionOf(dtype: string, value: number): number {
  return dtype.endsWith('f4') ? Math.fround(value) : value;
}

describe('npz-variants', () => {
  it('knows every error class of the manifest', () => {
    expect(new Set(Object.values(CLASS_OF_CODE))).toEqual(new Set(Object.keys(manifest.error_classes)));
  });

  for (const variant of manifest.files) {
    it(`${variant.file}: ${variant.expect === 'ok' ? 'is read' : variant.error_class}`, () => {
      const outcome = outcomes.get(variant);
      const actual = outcome !== undefined && 'errorClass' in outcome ? outcome.errorClass : 'ok';
      const accepted = [variant.expect === 'ok' ? 'ok' : variant.error_class, variant.also_acceptable];
      expect(accepted).toContain(actual);
    });

    for (const [key, facts] of Object.entries(variant.arrays ?? {})) {
      it(`${variant.file}: array ${key}`, () => {
        const npz = readNpz(bytesOf(variant));
        const { dtype, shape, kind } = npz.header(key);
        expect({ dtype, shape }).toEqual({ dtype: facts.dtype, shape: facts.shape });
        if (facts.object === true || kind === 'O') {
          expect(() => npz.read(key)).toThrow(expect.objectContaining({ code: 'npy/object-array' }) as Error);
          return;
        }
        const array = npz.read(key);
        if (!isStrings(array.values)) expectNumbers(array, facts);
        else expect(array.values).toEqual(facts.values ?? [facts.value]);
      });
    }

    const facts = variant.sample;
    if (facts === undefined) continue;
    it(`${variant.file}: sample and groups`, () => {
      const outcome = outcomes.get(variant);
      const coding = codings.get(facts.layout);
      if (outcome === undefined || !('sample' in outcome) || coding === undefined) {
        throw new Error('the sample was not read');
      }
      const { sample } = outcome;
      expect(sample.keys).toMatchObject({ image: facts.image_key, mask: facts.label_key });
      expect([sample.height, sample.width]).toEqual(facts.image_shape);
      for (const [label, count] of Object.entries(facts.label_counts_after_mapping)) {
        const name = LABELS[label];
        expect(name, label).toBeDefined();
        expect(name === undefined ? NaN : sample.maskCounts[name], label).toBe(count);
      }
      for (const [name, group] of Object.entries(facts.groups)) {
        const grouping = GROUPINGS[name];
        if (grouping === undefined) throw new Error(`no grouping for ${name}`);
        expect([...groupIndices([sample], grouping, coding)], name).toEqual([group]);
      }
    });
  }

  afterAll(() => {
    reportGolden('npz-variants', manifest.files.length, worstError);
  });
});
