/** Demographic groups of a cohort: plain attributes, age bins, and intersections of several. All plain data. */
import { invariant } from '../errors.ts';
import { ATTRIBUTES, type CodedAttribute, RACE_CODES } from './attributes.ts';
import { ageInYears, type AgeUnit, type Coding } from './coding.ts';
import type { SampleRecord } from './sample.ts';

/** A grouping of one attribute. */
export type SimpleGrouping =
  | { readonly kind: 'attribute'; readonly attribute: CodedAttribute }
  /** Married against all others, as published. */
  | { readonly kind: 'marital-binary' }
  /** `edgesYears` rising; an age equal to an edge belongs above it. */
  | { readonly kind: 'age-bins'; readonly edgesYears: readonly number[] };

export type Grouping =
  SimpleGrouping | { readonly kind: 'intersection'; readonly parts: readonly SimpleGrouping[] };

/** The split at 60 years of the published evaluation. */
export const PUBLISHED_AGE_BINS: SimpleGrouping = { kind: 'age-bins', edgesYears: [60] };

/** Index of a record whose group is not known. */
export const UNKNOWN_GROUP = -1;

/** What is wrong with edges of age bins, as a sentence; undefined when they are fine. */
export function ageEdgesProblem(edgesYears: readonly number[]): string | undefined {
  if (edgesYears.length === 0) return 'Give at least one age at which to divide.';
  if (edgesYears.some((edge) => !Number.isFinite(edge) || edge <= 0)) return 'Ages must be positive numbers.';
  const isRising = edgesYears.every((edge, i) => i === 0 || edge > (edgesYears[i - 1] as number));
  return isRising ? undefined : 'Ages must rise from left to right.';
}

/** A stable name, equal for equal groupings: `race`, `age:40,60`, `race*gender`. */
export function groupingId(grouping: Grouping): string {
  switch (grouping.kind) {
    case 'attribute':
      return grouping.attribute;
    case 'marital-binary':
      return 'maritalStatus:binary';
    case 'age-bins':
      return `age:${grouping.edgesYears.join(',')}`;
    default:
      return grouping.parts.map(groupingId).join('*');
  }
}

/** Title for charts and tables. */
export function groupingTitle(grouping: Grouping): string {
  switch (grouping.kind) {
    case 'attribute':
      return ATTRIBUTES[grouping.attribute].title;
    case 'marital-binary':
      return 'Marital status (married or not)';
    case 'age-bins':
      return `Age bins at ${grouping.edgesYears.join(', ')} years`;
    default:
      return grouping.parts.map(groupingTitle).join(' × ');
  }
}

function binLabels(edgesYears: readonly number[]): readonly string[] {
  const between = edgesYears.slice(1).map((edge, i) => `${edgesYears[i]} to under ${edge}`);
  return [`Under ${edgesYears[0]}`, ...between, `${edgesYears.at(-1)} and over`];
}

/** Labels of the groups in the order of their index. */
export function groupLabels(grouping: Grouping): readonly string[] {
  switch (grouping.kind) {
    case 'attribute':
      return ATTRIBUTES[grouping.attribute].labels;
    case 'marital-binary':
      return ['Married', 'Not married'];
    case 'age-bins':
      return binLabels(grouping.edgesYears);
    default:
      return grouping.parts
        .map(groupLabels)
        .reduce((left, right) => left.flatMap((a) => right.map((b) => `${a}, ${b}`)));
  }
}

type GroupOf = (codes: SampleRecord['codes']) => number;

function groupOfAttribute(attribute: CodedAttribute, coding: Coding): GroupOf {
  const codesOfGroups =
    attribute === 'race' ? RACE_CODES[coding.race] : ATTRIBUTES[attribute].labels.map((_, code) => code);
  return (codes) => codesOfGroups.indexOf(codes[attribute] ?? UNKNOWN_GROUP);
}

function groupOfAge(edgesYears: readonly number[], unit: AgeUnit): GroupOf {
  const problem = ageEdgesProblem(edgesYears);
  invariant(problem === undefined, `age bins at ${edgesYears.join(', ')}: ${problem}`);
  return ({ age }) => {
    const years = ageInYears(age, unit);
    if (Number.isNaN(years)) return UNKNOWN_GROUP;
    const bin = edgesYears.findIndex((edge) => years < edge);
    return bin === -1 ? edgesYears.length : bin;
  };
}

function groupOf(grouping: SimpleGrouping, coding: Coding): GroupOf {
  switch (grouping.kind) {
    case 'attribute':
      return groupOfAttribute(grouping.attribute, coding);
    case 'marital-binary':
      return ({ maritalStatus = UNKNOWN_GROUP }) => Math.min(maritalStatus, 1);
    default:
      return groupOfAge(grouping.edgesYears, coding.ageUnit);
  }
}

/**
 * The group of every record: an index into `groupLabels(grouping)`, or -1 for unknown. A record is unknown in an
 * intersection when it is unknown in any part.
 */
export function groupIndices(
  records: readonly Pick<SampleRecord, 'codes'>[],
  grouping: Grouping,
  coding: Coding,
): Int16Array<ArrayBuffer> {
  const parts = grouping.kind === 'intersection' ? grouping.parts : [grouping];
  invariant(parts.length > 0, 'an intersection without parts');
  const groups = parts.map((part) => ({ of: groupOf(part, coding), count: groupLabels(part).length }));
  const indices = new Int16Array(records.length);
  records.forEach(({ codes }, i) => {
    let index = 0;
    for (const group of groups) {
      const part = group.of(codes);
      if (part === UNKNOWN_GROUP) {
        index = UNKNOWN_GROUP;
        break;
      }
      index = index * group.count + part;
    }
    indices[i] = index;
  });
  return indices;
}

export interface GroupCounts {
  /** Records of each group, in the order of `groupLabels`. */
  readonly counts: readonly number[];
  readonly unknown: number;
}

/** How many records each group has. */
export function countGroups(indices: Int16Array, groupCount: number): GroupCounts {
  const counts = Array.from({ length: groupCount }, () => 0);
  let unknown = 0;
  for (const index of indices) {
    if (index === UNKNOWN_GROUP) unknown++;
    else counts[index] = (counts[index] as number) + 1;
  }
  return { counts, unknown };
}
