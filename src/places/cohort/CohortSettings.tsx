/** The settings column of the Cohort place. */
import { lazy, useDeferredValue } from 'react';
import { useStore } from '../../state/store.ts';
import { SampleSettings } from './SampleSettings.tsx';

const DecisionSettings = lazy(async () => ({
  default: (await import('./DecisionSettings.tsx')).DecisionSettings,
}));

/** Samples first; what can be decided about them once there are some. */
export function CohortSettings() {
  // Deferred, as in the place: drawn in slices beside the views, when their code is there.
  const isEmpty = useDeferredValue(useStore(({ cohort }) => cohort.records.length === 0));
  return (
    <>
      <SampleSettings />
      {!isEmpty && <DecisionSettings />}
    </>
  );
}
