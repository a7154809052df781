import { describe, expect, it } from 'vitest';
import {
  ageInYears,
  countCoding,
  countCodings,
  decideAgeUnit,
  decideRaceCoding,
  explainAgeChoice,
  explainRaceChoice,
  emptyCodingCounts,
} from './coding.ts';

const races = (codes: readonly number[], keys: Record<string, string> = {}) =>
  countCodings(codes.map((race) => ({ codes: { race }, keys })));
const ages = (values: readonly number[]) => countCodings(values.map((age) => ({ codes: { age }, keys: {} })));

describe('decideRaceCoding', () => {
  it.each([
    [[0, 1, 2], 'card', 'certain'],
    [[0], 'card', 'certain'],
    [[2, 2, 1, -1], 'card', 'certain'],
    [[2, 3, 7], 'code', 'certain'],
    [[7], 'code', 'certain'],
    [[2, 2, 3], 'code', 'certain'],
    [[2, 2], 'card', 'assumed'],
    [[-1], 'card', 'assumed'],
    [[], 'card', 'assumed'],
    [[0, 3, 7, 7], 'code', 'conflict'],
    [[0, 1, 7], 'card', 'conflict'],
    [[0, 7], 'card', 'conflict'],
  ] as const)('reads %j as %s, %s', (codes, value, status) => {
    expect(decideRaceCoding(races(codes))).toMatchObject({ value, status });
  });

  it('lets the other keys decide where every code is 2', () => {
    expect(decideRaceCoding(races([2, 2], { mask: 'disc_cup' }))).toMatchObject({
      value: 'code',
      status: 'assumed',
    });
    expect(decideRaceCoding(races([2], { ethnicity: 'hispanic' }))).toMatchObject({ value: 'code' });
    expect(decideRaceCoding(races([2], { mask: 'disc_cup_mask' }))).toMatchObject({ value: 'card' });
    // Certain codes beat the keys.
    expect(decideRaceCoding(races([0], { mask: 'disc_cup' }))).toMatchObject({
      value: 'card',
      status: 'certain',
    });
  });

  it('states in a conflict how many files contradict', () => {
    expect(decideRaceCoding(races([0, 3, 7, 7])).reason).toContain('1 file with race 0 or 1');
  });
});

describe('decideAgeUnit', () => {
  it.each([
    [[65, 0, 101.5], 'years', 'certain'],
    [[21900, 14000], 'days', 'certain'],
    [[-1], 'years', 'assumed'],
    [[], 'years', 'assumed'],
    [[65, 66, 21900], 'years', 'conflict'],
    [[65, 20000, 21900], 'days', 'conflict'],
  ] as const)('reads %j as %s, %s', (values, value, status) => {
    expect(decideAgeUnit(ages(values))).toMatchObject({ value, status });
  });
});

describe('a choice over the decision', () => {
  it('says how many files become unknown', () => {
    const counts = countCodings([0, 1, 2, 7].map((race) => ({ codes: { race, age: 60 }, keys: {} })));
    expect(explainRaceChoice(counts, 'code')).toMatch(
      /published code.*you chose.*unknown in the 2 files with 0 or 1/,
    );
    expect(explainRaceChoice(counts, 'card')).toMatch(/dataset card.*unknown in the 1 file with 3 or 7/);
    expect(explainAgeChoice(counts, 'days')).toMatch(/as days.*unknown in the 4 files with an age up to 150/);
    expect(explainAgeChoice(counts, 'years')).toMatch(/as years.*No file contradicts it/);
  });
});

it('counts a record at a time as it counts all at once', () => {
  const records = [0, 2, 7, -1].map((race) => ({
    codes: { race, age: race * 100 },
    keys: { mask: 'disc_cup' },
  }));
  const counts = emptyCodingCounts();
  for (const record of records) countCoding(counts, record);
  expect(counts).toEqual(countCodings(records));
  expect(counts).toEqual({
    raceCard: 1,
    raceCode: 1,
    raceEither: 1,
    ageYears: 1,
    ageDays: 2,
    publishedKeys: 4,
    records: 4,
  });
});

describe('ageInYears', () => {
  it('divides days by 365 and never reads one unit as the other', () => {
    expect(ageInYears(21900, 'days')).toBe(60);
    expect(ageInYears(61.5, 'years')).toBe(61.5);
    for (const age of [
      ageInYears(65, 'days'),
      ageInYears(21900, 'years'),
      ageInYears(-1, 'years'),
      ageInYears(undefined, 'days'),
    ]) {
      expect(age).toBeNaN();
    }
  });
});
