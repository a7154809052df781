/** What can be decided about a cohort once there is one: splits, codes, derived groups. */
import { Staged } from '../../ui/Staged.tsx';
import { CodingSettings } from './CodingSettings.tsx';
import { GroupSettings } from './GroupSettings.tsx';
import { SplitSettings } from './SplitSettings.tsx';

/** The groups of settings that a first visit does not need. */
export function DecisionSettings() {
  return (
    <Staged>
      <SplitSettings />
      <CodingSettings />
      <GroupSettings />
    </Staged>
  );
}
