/** Runs and selections that contain a sample. */
import { useMemo } from 'react';
import type { SampleId } from '../../../core/cohort/sample.ts';
import { membershipsOf, type SampleMembership } from '../../services/sample-memberships.ts';
import { useStore } from '../../state/store.ts';

/** Compared as text, because every place makes its answer anew. */
export function useMemberships(id: SampleId): readonly SampleMembership[] {
  const text = useStore((state) => JSON.stringify(membershipsOf(state, id)));
  return useMemo(() => JSON.parse(text) as readonly SampleMembership[], [text]);
}

/** The first of the wanted runs that has a prediction of the sample, else the last one that has; undefined where none has. */
export function predictionToShow(
  memberships: readonly SampleMembership[],
  wanted: readonly (string | null)[],
): string | undefined {
  const runIds = memberships.flatMap(({ predictionRunId }) => predictionRunId ?? []);
  return wanted.find((id) => id !== null && runIds.includes(id)) ?? runIds.at(-1);
}
