/**
 * Who is in the demo cohort: attributes and split of every subject. The counts of race follow the published marginals
 * exactly (largest remainders), in the whole and in the test split; the rest follows plausible round shares.
 */
import { invariant } from '../../errors.ts';
import { createRandom, permutation, type Random } from '../../random.ts';
import type { AttributeKey, Split } from '../sample.ts';

/** One subject's attributes, in the codes of the dataset card. */
export interface DemoSubject {
  /** `data_00001.npz` is subject 0. */
  readonly name: string;
  readonly split: Extract<Split, 'train' | 'test'>;
  /** Age in years; ethnicity, language and marital status can be -1, unknown. */
  readonly codes: Readonly<Record<AttributeKey, number>>;
}

/** Published counts of 10,000 subjects by race: 0 Asian, 1 Black, 2 White. */
const RACE_COUNTS = [919, 1473, 7608] as const;
/** Of them in the published test split of 2,000. */
const RACE_TEST_COUNTS = [169, 299, 1532] as const;
const TEST_FRAC = 0.2;

interface Share {
  readonly code: number;
  readonly weight: number;
}

const GENDER_SHARES: readonly Share[] = [
  { code: 0, weight: 58 },
  { code: 1, weight: 42 },
];
const ETHNICITY_SHARES: readonly Share[] = [
  { code: 0, weight: 90 },
  { code: 1, weight: 4 },
  { code: -1, weight: 6 },
];
const LANGUAGE_SHARES: readonly Share[] = [
  { code: 0, weight: 92 },
  { code: 1, weight: 2 },
  { code: 2, weight: 1 },
  { code: -1, weight: 5 },
];
/** With each marital status the mean and spread of its ages, so that the two agree. */
const MARITAL_SHARES: readonly (Share & { readonly ageMean: number; readonly ageSd: number })[] = [
  { code: 0, weight: 58, ageMean: 62, ageSd: 13 },
  { code: 1, weight: 27, ageMean: 52, ageSd: 17 },
  { code: 2, weight: 7, ageMean: 63, ageSd: 10 },
  { code: 3, weight: 5, ageMean: 78, ageSd: 8 },
  { code: 4, weight: 1, ageMean: 58, ageSd: 11 },
  { code: -1, weight: 2, ageMean: 60, ageSd: 15 },
];
const AGE_RANGE_YEARS = { min: 18, max: 95 } as const;

/**
 * `count` divided by `weights` into whole numbers that sum to it: floors first, then one each to the largest remainders
 * (the earlier entry where they tie).
 */
export function largestRemainderQuotas(count: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Multiplied before divided: integers stay exact, so that equal remainders do tie.
  const quotas = weights.map((weight) => Math.floor((count * weight) / total));
  const missing = count - quotas.reduce((sum, quota) => sum + quota, 0);
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (count * weight) % total }))
    .toSorted((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, missing)) quotas[index] = (quotas[index] as number) + 1;
  return quotas;
}

/** One code for every subject, in exact shares and random order. */
function shuffledCodes(count: number, shares: readonly Share[], random: Random): Int8Array {
  const quotas = largestRemainderQuotas(
    count,
    shares.map((share) => share.weight),
  );
  const codes = new Int8Array(count);
  const order = permutation(count, random);
  let next = 0;
  shares.forEach((share, index) => {
    for (let k = quotas[index] as number; k > 0; k--) codes[order[next++] as number] = share.code;
  });
  return codes;
}

/** Race and split together, so that both the whole and the test split have their published shares. */
function raceAndSplit(count: number, random: Random): { race: Int8Array; isTest: Uint8Array } {
  const all = largestRemainderQuotas(count, RACE_COUNTS);
  const test = largestRemainderQuotas(Math.round(count * TEST_FRAC), RACE_TEST_COUNTS);
  const race = new Int8Array(count);
  const isTest = new Uint8Array(count);
  const order = permutation(count, random);
  let next = 0;
  all.forEach((quota, code) => {
    for (let k = 0; k < quota; k++) {
      const subject = order[next++] as number;
      race[subject] = code;
      isTest[subject] = k < (test[code] as number) ? 1 : 0;
    }
  });
  return { race, isTest };
}

/** File name of subject `index` (from 0), as the real data set numbers its files (from 1). */
export function demoSampleName(index: number): string {
  return `data_${String(index + 1).padStart(5, '0')}.npz`;
}

/**
 * Returns a function that describes subject `index`. The same count, seed and cohort, whose name begins the names of the random
 * streams, give the same subjects in any order of asking.
 * Cost: a few bytes a subject, kept.
 */
export function drawDemographics(
  count: number,
  seed: number,
  cohort = 'demo-cohort',
): (index: number) => DemoSubject {
  const stream = (name: string) => createRandom(seed, `${cohort}/${name}`);
  const { race, isTest } = raceAndSplit(count, stream('race'));
  const gender = shuffledCodes(count, GENDER_SHARES, stream('gender'));
  const ethnicity = shuffledCodes(count, ETHNICITY_SHARES, stream('ethnicity'));
  const language = shuffledCodes(count, LANGUAGE_SHARES, stream('language'));
  const marital = shuffledCodes(count, MARITAL_SHARES, stream('marital-status'));
  const age = new Float64Array(count);
  const ageRandom = stream('age');
  for (let i = 0; i < count; i++) age[i] = drawAge(marital[i] as number, ageRandom);
  return (index) => ({
    name: demoSampleName(index),
    split: isTest[index] === 1 ? 'test' : 'train',
    codes: {
      race: race[index] as number,
      gender: gender[index] as number,
      ethnicity: ethnicity[index] as number,
      language: language[index] as number,
      maritalStatus: marital[index] as number,
      age: age[index] as number,
    },
  });
}

/** Age in years to two decimals, drawn again until it lies in the range. */
function drawAge(maritalStatus: number, random: Random): number {
  const share = MARITAL_SHARES.find(({ code }) => code === maritalStatus);
  invariant(share !== undefined, `no ages for marital status ${maritalStatus}`);
  for (;;) {
    const years = Math.round((share.ageMean + share.ageSd * random.normal()) * 100) / 100;
    if (years >= AGE_RANGE_YEARS.min && years <= AGE_RANGE_YEARS.max) return years;
  }
}
