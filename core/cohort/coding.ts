/**
 * How the race codes and the ages of a cohort are to be read. Two codings are about, and one file alone cannot tell:
 * the decision is made for the whole cohort, from counts, with a reason, and the person can change it.
 */
import type { SampleRecord } from './sample.ts';
import { DAYS_PER_YEAR, MAX_AGE_YEARS, PUBLISHED_CODE_KEYS } from './schema.ts';

/** `card`: 0 Asian, 1 Black, 2 White. `code`: 2 Asian, 3 Black, 7 White. */
export type RaceCoding = 'card' | 'code';
export type AgeUnit = 'years' | 'days';

export interface Coding {
  readonly race: RaceCoding;
  readonly ageUnit: AgeUnit;
}

/** What the decision needs of a cohort; adding a record costs the same for the first as for the ten-thousandth. */
export interface CodingCounts {
  /** Records with the race code 0 or 1, which only the card has. */
  raceCard: number;
  /** Records with the race code 3 or 7, which only the published code has. */
  raceCode: number;
  /** Records with the race code 2: White in the card, Asian in the code. */
  raceEither: number;
  /** Records whose age can only be years: up to `MAX_AGE_YEARS`. */
  ageYears: number;
  /** Records whose age can only be days: above `MAX_AGE_YEARS`. */
  ageDays: number;
  /** Records whose other keys are spelled as in the published code. */
  publishedKeys: number;
  records: number;
}

export interface CodingDecision<T> {
  readonly value: T;
  /** `certain` when every code fits, `assumed` when none tells, `conflict` when some contradict the value. */
  readonly status: 'certain' | 'assumed' | 'conflict';
  /** One sentence or two for the researcher. */
  readonly reason: string;
}

export function emptyCodingCounts(): CodingCounts {
  return { raceCard: 0, raceCode: 0, raceEither: 0, ageYears: 0, ageDays: 0, publishedKeys: 0, records: 0 };
}

/** Adds one record to `counts`, in place. */
export function countCoding(counts: CodingCounts, record: Pick<SampleRecord, 'codes' | 'keys'>): void {
  const { race, age } = record.codes;
  if (race === 0 || race === 1) counts.raceCard++;
  else if (race === 3 || race === 7) counts.raceCode++;
  else if (race === 2) counts.raceEither++;
  if (age !== undefined && age >= 0) {
    if (age <= MAX_AGE_YEARS) counts.ageYears++;
    else counts.ageDays++;
  }
  if (Object.values(record.keys).some((key) => PUBLISHED_CODE_KEYS.includes(key))) counts.publishedKeys++;
  counts.records++;
}

/** Counts of a whole cohort. */
export function countCodings(records: readonly Pick<SampleRecord, 'codes' | 'keys'>[]): CodingCounts {
  const counts = emptyCodingCounts();
  for (const record of records) countCoding(counts, record);
  return counts;
}

const RACE_NAMES: Readonly<Record<RaceCoding, string>> = {
  card: 'the dataset card (0 Asian, 1 Black, 2 White)',
  code: 'the published code (2 Asian, 3 Black, 7 White)',
};

function files(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

/** The race coding of a cohort. Where only code 2 occurs the other keys decide, and the card where they do not. */
export function decideRaceCoding(counts: CodingCounts): CodingDecision<RaceCoding> {
  const { raceCard, raceCode, raceEither, publishedKeys, records } = counts;
  if (raceCard > 0 && raceCode > 0) {
    const value = raceCode > raceCard ? 'code' : 'card';
    return {
      value,
      status: 'conflict',
      reason:
        `Two codings are mixed: ${files(raceCard)} with race 0 or 1, as in the dataset card, and ${files(raceCode)} with 3 or 7, ` +
        `as in the published code. All are read as ${RACE_NAMES[value]}; race is unknown in the ${files(Math.min(raceCard, raceCode))} that contradict it.`,
    };
  }
  if (raceCode > 0) {
    return {
      value: 'code',
      status: 'certain',
      reason: `Race is coded as in ${RACE_NAMES.code}: ${files(raceCode)} with 3 or 7.`,
    };
  }
  if (raceCard > 0) {
    return {
      value: 'card',
      status: 'certain',
      reason: `Race is coded as in ${RACE_NAMES.card}: ${files(raceCard)} with 0 or 1.`,
    };
  }
  if (raceEither === 0) {
    return {
      value: 'card',
      status: 'assumed',
      reason: `No file has a race code; ${RACE_NAMES.card} is assumed.`,
    };
  }
  const value = publishedKeys * 2 > records ? 'code' : 'card';
  return {
    value,
    status: 'assumed',
    reason:
      `Every race code is 2, which is White in the dataset card and Asian in the published code. ` +
      `${files(publishedKeys)} of ${records} spell their other keys as the published code does, so ${RACE_NAMES[value]} is assumed.`,
  };
}

function consequence(attribute: string, contradicting: number, which: string): string {
  return contradicting === 0
    ? 'No file contradicts it.'
    : `${attribute} is unknown in the ${files(contradicting)} ${which}.`;
}

/** What a race coding means that a person chose over the decision: two sentences. */
export function explainRaceChoice({ raceCard, raceCode }: CodingCounts, chosen: RaceCoding): string {
  const lost =
    chosen === 'card'
      ? consequence('Race', raceCode, 'with 3 or 7, which the dataset card does not have')
      : consequence('Race', raceCard, 'with 0 or 1, which the published code does not have');
  return `Read as ${RACE_NAMES[chosen]} because you chose it. ${lost}`;
}

/** What a unit of age means that a person chose over the decision: two sentences. */
export function explainAgeChoice({ ageYears, ageDays }: CodingCounts, chosen: AgeUnit): string {
  const lost =
    chosen === 'years'
      ? consequence('Age', ageDays, `with an age above ${MAX_AGE_YEARS}`)
      : consequence('Age', ageYears, `with an age up to ${MAX_AGE_YEARS}`);
  return `Read as ${chosen} because you chose it. ${lost}`;
}

/** The unit of age of a cohort. */
export function decideAgeUnit(counts: CodingCounts): CodingDecision<AgeUnit> {
  const { ageYears, ageDays } = counts;
  if (ageYears > 0 && ageDays > 0) {
    const value = ageDays > ageYears ? 'days' : 'years';
    return {
      value,
      status: 'conflict',
      reason:
        `Two units are mixed: ${files(ageYears)} with an age up to ${MAX_AGE_YEARS} and ${files(ageDays)} above. ` +
        `All are read as ${value}; age is unknown in the ${files(Math.min(ageYears, ageDays))} that contradict it.`,
    };
  }
  if (ageDays > 0) {
    return {
      value: 'days',
      status: 'certain',
      reason: `Age is in days (divided by ${DAYS_PER_YEAR}): every age is above ${MAX_AGE_YEARS}.`,
    };
  }
  if (ageYears > 0) {
    return {
      value: 'years',
      status: 'certain',
      reason: `Age is in years: no age is above ${MAX_AGE_YEARS}.`,
    };
  }
  return { value: 'years', status: 'assumed', reason: 'No file has an age; years are assumed.' };
}

/** Age in years; NaN when it is unknown, absent, or cannot be in this unit. */
export function ageInYears(code: number | undefined, unit: AgeUnit): number {
  if (code === undefined || code < 0) return NaN;
  if (unit === 'years') return code <= MAX_AGE_YEARS ? code : NaN;
  return code > MAX_AGE_YEARS ? code / DAYS_PER_YEAR : NaN;
}
