/** The filter of the cohort that every other place obeys. Plain data, so that it can be stored and sent. */
import type { Coding } from './coding.ts';
import { type Grouping, groupIndices } from './groups.ts';
import type { SampleRecord, Split } from './sample.ts';

export interface GroupChoice {
  readonly grouping: Grouping;
  /** Indices of the groups to keep; -1 keeps the records whose group is unknown. */
  readonly chosen: readonly number[];
}

export interface CohortFilter {
  /** Splits to keep; empty keeps all. */
  readonly splits: readonly Split[];
  /** By `groupingId`. A record must be in a chosen group of every one. */
  readonly groups: Readonly<Record<string, GroupChoice>>;
  /** Part of the file's path, in any case; empty keeps all. */
  readonly text: string;
}

export const NO_FILTER: CohortFilter = { splits: [], groups: {}, text: '' };

/**
 * Indices of the records that pass, in their order.
 * Shapes: `splits` has one entry for every record.
 */
export function applyFilter(
  records: readonly SampleRecord[],
  splits: readonly Split[],
  filter: CohortFilter,
  coding: Coding,
): Uint32Array<ArrayBuffer> {
  const isKept = new Uint8Array(records.length).fill(1);
  for (const { grouping, chosen } of Object.values(filter.groups)) {
    const kept = new Set(chosen);
    groupIndices(records, grouping, coding).forEach((group, i) => {
      if (!kept.has(group)) isKept[i] = 0;
    });
  }
  const keptSplits = new Set(filter.splits);
  const text = filter.text.trim().toLowerCase();
  const passing: number[] = [];
  records.forEach(({ path }, i) => {
    if (isKept[i] === 0) return;
    if (keptSplits.size > 0 && !keptSplits.has(splits[i] ?? 'unassigned')) return;
    if (text !== '' && !path.toLowerCase().includes(text)) return;
    passing.push(i);
  });
  return Uint32Array.from(passing);
}
