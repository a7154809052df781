/** Where an exported number comes from: software, cohort, model, settings, seed, filter, date. Every export carries it. */
import type { CohortFilter } from '../../core/cohort/filter.ts';
import { groupingTitle, groupLabels } from '../../core/cohort/groups.ts';
import type { SampleId } from '../../core/cohort/sample.ts';
import type { DemoCohortSpec } from '../../workers/api/data.ts';
import { syntheticCountOf } from '../state/cohort.ts';
import { selectPassing } from '../state/cohort-selectors.ts';
import { store } from '../state/store.ts';
import { softwareVersion } from './version.ts';

/** A setting's value as it is written into an export. */
export type ProvenanceValue = string | number | boolean | null | readonly (string | number)[];

/** What only the exporting place knows. */
export interface ProvenanceDetails {
  readonly model?: { readonly id: string; readonly name: string } | null;
  readonly settings?: Readonly<Record<string, ProvenanceValue>>;
  readonly seed?: number | null;
}

export interface Provenance {
  readonly software: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly cohort: {
    /** SHA-256 over the sorted sample ids, one a line. */
    readonly hash: string;
    readonly count: number;
    readonly demo: DemoCohortSpec | null;
    /** Subjects of demo cohorts among others; absent where there are none, and where all are of `demo`. */
    readonly syntheticCount?: number;
  };
  readonly filter: { readonly text: string; readonly passingCount: number };
  readonly model: { readonly id: string; readonly name: string } | null;
  readonly settings: Readonly<Record<string, ProvenanceValue>>;
  readonly seed: number | null;
}

/** SHA-256, lower-case hex, over the sorted ids joined by line feeds: equal for equal samples, in whatever order they came. */
export async function cohortHash(ids: readonly SampleId[]): Promise<string> {
  const bytes = new TextEncoder().encode(ids.toSorted().join('\n'));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The filter as a person reads it: "split: train; Race: Asian, unknown; path contains "017""; "none" for no filter. */
export function describeFilter({ splits, groups, text }: CohortFilter): string {
  const parts = [
    ...(splits.length === 0 ? [] : [`split: ${splits.join(', ')}`]),
    ...Object.values(groups).map(({ grouping, chosen }) => {
      const labels = groupLabels(grouping);
      return `${groupingTitle(grouping)}: ${chosen.map((group) => labels[group] ?? 'unknown').join(', ')}`;
    }),
    ...(text.trim() === '' ? [] : [`path contains "${text.trim()}"`]),
  ];
  return parts.length === 0 ? 'none' : parts.join('; ');
}

/** The provenance of something exported now. */
export async function createProvenance(details: ProvenanceDetails = {}): Promise<Provenance> {
  const state = store.getState();
  const { records, demo, filter } = state.cohort;
  const syntheticCount = syntheticCountOf(records);
  return {
    software: `EquiSeg ${softwareVersion}`,
    createdAt: new Date().toISOString(),
    cohort: {
      hash: await cohortHash(records.map(({ id }) => id)),
      count: records.length,
      demo,
      ...(demo === null && syntheticCount > 0 ? { syntheticCount } : {}),
    },
    filter: { text: describeFilter(filter), passingCount: selectPassing(state).length },
    model: details.model ?? null,
    settings: details.settings ?? {},
    seed: details.seed ?? null,
  };
}

/** One line for every fact, for the head of a CSV file (`# ` is put before each there) or the foot of a report. */
export function provenanceLines(provenance: Provenance): readonly string[] {
  const { software, createdAt, cohort, filter, model, settings, seed } = provenance;
  const { demo, syntheticCount } = cohort;
  return [
    `software: ${software}`,
    `date: ${createdAt}`,
    `cohort: ${cohort.count} subjects, SHA-256 ${cohort.hash}`,
    ...(demo === null ? [] : [`demo cohort: synthetic, ${demo.count} subjects, seed ${demo.seed}`]),
    ...(syntheticCount === undefined
      ? []
      : [`synthetic subjects: ${syntheticCount} of ${cohort.count}, of demo cohorts`]),
    `filter: ${filter.text} (${filter.passingCount} of ${cohort.count} subjects)`,
    ...(model === null ? [] : [`model: ${model.name}, SHA-256 ${model.id}`]),
    ...Object.entries(settings).map(
      ([name, value]) => `${name}: ${typeof value === 'object' && value !== null ? value.join(', ') : value}`,
    ),
    ...(seed === null ? [] : [`seed: ${seed}`]),
  ];
}

/** The lines as comments that stand before a CSV's header row. */
export function provenanceComment(provenance: Provenance): string {
  return provenanceLines(provenance)
    .map((line) => `# ${line}\r\n`)
    .join('');
}
