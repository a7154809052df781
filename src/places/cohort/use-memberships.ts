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
