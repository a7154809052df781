/** The settings column of the Cohort place. */
import { useDeferredValue } from 'react';
import { useStore } from '../../state/store.ts';
import { lazyPart } from '../../ui/lazy-part.tsx';
import { SampleSettings } from './SampleSettings.tsx';

const DecisionSettings = lazyPart(async () => (await import('./DecisionSettings.tsx')).DecisionSettings);

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
