import { describe, expect, it } from 'vitest';
import type { Coding } from './coding.ts';
import {
  ageEdgesProblem,
  countGroups,
  type Grouping,
  groupIndices,
  groupingId,
  groupingTitle,
  groupLabels,
  PUBLISHED_AGE_BINS,
  type SimpleGrouping,
} from './groups.ts';
import type { AttributeKey } from './sample.ts';

const CARD: Coding = { race: 'card', ageUnit: 'years' };
const CODE: Coding = { race: 'code', ageUnit: 'days' };
const RACE: SimpleGrouping = { kind: 'attribute', attribute: 'race' };
const GENDER: SimpleGrouping = { kind: 'attribute', attribute: 'gender' };

function indices(key: AttributeKey, codes: readonly number[], grouping: Grouping, coding = CARD): number[] {
  return [
    ...groupIndices(
      codes.map((code) => ({ codes: { [key]: code } })),
      grouping,
      coding,
    ),
  ];
}

describe('groupIndices', () => {
  it('reads race by the coding of the cohort', () => {
    expect(indices('race', [0, 1, 2, 3, 7, -1], RACE, CARD)).toEqual([0, 1, 2, -1, -1, -1]);
    expect(indices('race', [0, 1, 2, 3, 7, -1], RACE, CODE)).toEqual([-1, -1, 0, 1, 2, -1]);
  });

  it('takes an absent attribute for unknown', () => {
    for (const grouping of [RACE, GENDER, PUBLISHED_AGE_BINS, { kind: 'marital-binary' }] as const) {
      expect([...groupIndices([{ codes: {} }], grouping, CARD)]).toEqual([-1]);
    }
  });

  it('knows marital status by its five codes and in the published binary form', () => {
    const codes = [0, 1, 2, 3, 4, -1];
    expect(indices('maritalStatus', codes, { kind: 'attribute', attribute: 'maritalStatus' })).toEqual(codes);
    expect(indices('maritalStatus', codes, { kind: 'marital-binary' })).toEqual([0, 1, 1, 1, 1, -1]);
  });

  it('puts an age equal to an edge above it', () => {
    expect(indices('age', [21899, 21900, 21901, -1, 60], PUBLISHED_AGE_BINS, CODE)).toEqual([
      0, 1, 1, -1, -1,
    ]);
    const bins: Grouping = { kind: 'age-bins', edgesYears: [40, 60.5] };
    expect(indices('age', [0, 39.99, 40, 60, 60.5, 99], bins)).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('crosses groupings, the last one fastest, and is unknown where a part is', () => {
    const grouping: Grouping = { kind: 'intersection', parts: [RACE, GENDER, PUBLISHED_AGE_BINS] };
    const records = [0, 1, 2].flatMap((race) =>
      [0, 1].flatMap((gender) => [50, 70].map((age) => ({ codes: { race, gender, age } }))),
    );
    const all = [...groupIndices(records, grouping, CARD)];
    expect(all).toEqual(records.map((_, i) => i));
    expect(groupLabels(grouping)).toHaveLength(12);
    expect(groupLabels(grouping)[9]).toBe('White, Female, 60 and over');
    expect([...groupIndices([{ codes: { race: 1, gender: -1, age: 50 } }], grouping, CARD)]).toEqual([-1]);
  });

  it('survives being stored as JSON', () => {
    const grouping: Grouping = { kind: 'intersection', parts: [RACE, PUBLISHED_AGE_BINS] };
    const stored = JSON.parse(JSON.stringify(grouping)) as Grouping;
    expect(groupingId(stored)).toBe('race*age:60');
    expect(groupingTitle(stored)).toBe('Race × Age bins at 60 years');
  });
});

describe('age bins', () => {
  it('are labelled without gaps', () => {
    expect(groupLabels(PUBLISHED_AGE_BINS)).toEqual(['Under 60', '60 and over']);
    expect(groupLabels({ kind: 'age-bins', edgesYears: [40, 60, 80] })).toEqual([
      'Under 40',
      '40 to under 60',
      '60 to under 80',
      '80 and over',
    ]);
  });

  it('say what is wrong with their edges', () => {
    for (const edges of [[], [0], [-3], [NaN], [60, 60], [60, 40]])
      expect(ageEdgesProblem(edges)).toBeDefined();
    expect(ageEdgesProblem([40, 60])).toBeUndefined();
  });
});

it('counts groups and the unknown', () => {
  expect(countGroups(Int16Array.of(0, 2, 2, -1, 0, -1), 4)).toEqual({ counts: [2, 0, 2, 0], unknown: 2 });
});
