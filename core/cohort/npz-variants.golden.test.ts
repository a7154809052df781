/**
 * Every file of the golden folder `npz-variants`, good and broken: arrays, sample facts, groups and error classes
 * as its manifest lists them. Another folder of the same format must pass unchanged.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ErrorCode, WorkbenchError } from '../errors.ts';
import { isStrings, type NpyArray, toNumbers } from '../formats/npy.ts';
import { type NpzFile, readNpz } from '../formats/npz.ts';
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

/** The expected sum where ours agrees with it to rounding, ours where it does not or the manifest gives none. */
function agreeingSum(actual: number, expected: number | undefined): number {
  if (expected === undefined) return actual;
  const difference = Object.is(actual, expected) ? 0 : Math.abs(actual - expected);
  worstError = Math.max(worstError, Number.isNaN(difference) ? Infinity : difference);
  return difference <= 1e-12 + 1e-9 * Math.abs(expected) ? expected : actual;
}

/** Every fact the manifest can list of an array of numbers. */
function numericFacts(array: NpyArray, expected: ArrayFacts): Record<string, unknown> {
  const numbers = Array.from(toNumbers(array));
  const known = numbers.filter((value) => !Number.isNaN(value));
  return {
    value: numbers[0],
    values: numbers,
    first8_row_major: numbers.slice(0, 8),
    last4_row_major: numbers.slice(-4),
    first_row_major_as_text: numbers.slice(0, expected.first_row_major_as_text?.length),
    nan_count: numbers.length - known.length,
    sum: agreeingSum(
      known.reduce((sum, value) => sum + value, 0),
      expected.sum,
    ),
    min: known.reduce((a, b) => Math.min(a, b), Infinity),
    max: known.reduce((a, b) => Math.max(a, b), -Infinity),
  };
}

/** The facts of an array as we read it, those that the manifest lists. */
function observe(npz: NpzFile, key: string, expected: ArrayFacts): Record<string, unknown> {
  const { dtype, shape, kind } = npz.header(key);
  let facts: Record<string, unknown> = { dtype, shape, object: kind === 'O' };
  if (kind !== 'O') {
    const array = npz.read(key);
    facts = isStrings(array.values)
      ? { ...facts, value: array.values[0], values: array.values }
      : { ...facts, ...numericFacts(array, expected) };
  }
  return Object.fromEntries(Object.entries(facts).filter(([name]) => name in expected));
}

/** The manifest's facts with booleans as 0 and 1 and with decimal texts as numbers of the array's precision. */
function normalise(facts: ArrayFacts): Record<string, unknown> {
  const texts = facts.first_row_major_as_text?.map((text) => {
    const value = Number(text.replace('inf', 'Infinity'));
    return facts.dtype.endsWith('f4') ? Math.fround(value) : value;
  });
  return {
    ...facts,
    ...(typeof facts.value === 'boolean' ? { value: Number(facts.value) } : {}),
    ...(facts.first8_row_major ? { first8_row_major: facts.first8_row_major.map(Number) } : {}),
    ...(facts.last4_row_major ? { last4_row_major: facts.last4_row_major.map(Number) } : {}),
    ...(texts ? { first_row_major_as_text: texts } : {}),
  };
}

describe('npz-variants', () => {
  it('knows every error class of the manifest', () => {
    expect(Object.values(CLASS_OF_CODE)).toEqual(expect.arrayContaining(Object.keys(manifest.error_classes)));
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
        expect(observe(npz, key, facts)).toEqual(normalise(facts));
      });
    }
    for (const [key, { object }] of Object.entries(variant.arrays ?? {})) {
      if (object !== true) continue;
      it(`${variant.file}: array ${key} is not opened`, () => {
        const npz = readNpz(bytesOf(variant));
        expect(() => npz.read(key)).toThrow(expect.objectContaining({ code: 'npy/object-array' }) as Error);
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
      const { background, rim, cup } = sample.maskCounts;
      expect({ '0_background': background, '1_rim': rim, '2_cup': cup }).toEqual(
        facts.label_counts_after_mapping,
      );
      const groups = Object.keys(facts.groups).map((name) => {
        const grouping = GROUPINGS[name];
        return [name, grouping && groupIndices([sample], grouping, coding)[0]];
      });
      expect(Object.fromEntries(groups)).toEqual(facts.groups);
    });
  }

  afterAll(() => {
    reportGolden('npz-variants', manifest.files.length, worstError);
  });
});
