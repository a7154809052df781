/** The settings column of the Cohort place. */
import { useStore } from '../../state/store.ts';
import { CodingSettings } from './CodingSettings.tsx';
import { GroupSettings } from './GroupSettings.tsx';
import { SampleSettings } from './SampleSettings.tsx';
import { SplitSettings } from './SplitSettings.tsx';

/** Samples first; what can be decided about them once there are some. */
export function CohortSettings() {
  const isEmpty = useStore(({ cohort }) => cohort.records.length === 0);
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
