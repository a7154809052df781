/** The settings column of the Cohort place. */
import { useDeferredValue } from 'react';
import { useStore } from '../../state/store.ts';
import { CodingSettings } from './CodingSettings.tsx';
import { GroupSettings } from './GroupSettings.tsx';
import { SampleSettings } from './SampleSettings.tsx';
import { SplitSettings } from './SplitSettings.tsx';

/** Samples first; what can be decided about them once there are some. */
export function CohortSettings() {
  // Deferred, as in the place: drawn in slices beside the views.
  const isEmpty = useDeferredValue(useStore(({ cohort }) => cohort.records.length === 0));
  return (
    <>
      <SampleSettings />
      {!isEmpty && (
        <>
          <SplitSettings />
          <CodingSettings />
          <GroupSettings />
        </>
      )}
    </>
  );
}
