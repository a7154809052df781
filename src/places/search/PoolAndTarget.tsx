/** Which samples the search is over: pool, target, and the half that is held out. */
import { useMemo } from 'react';
import { groupingId, groupLabels } from '../../../core/cohort/groups.ts';
import { DEFAULT_SEARCH_SETTINGS as DEFAULTS, SPLIT_CHOICES } from '../../state/search.ts';
import { groupingOf, recordedTitle, selectSearchPlan } from '../../state/search-plan.ts';
import { useStore } from '../../state/store.ts';
import { formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import { ChoiceSetting, NumberSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import { changeSearchSettings, useSearchSetting } from './use-settings.ts';

const SPLIT_LABELS = {
  train: 'Train',
  validation: 'Validation',
  test: 'Test',
  unassigned: 'No split',
  all: 'All splits',
} as const;
const SPLITS = SPLIT_CHOICES.map((value) => ({ value, label: SPLIT_LABELS[value] }));
const PARTS = [
  { value: 'whole', label: 'Whole group, as published' },
  { value: 'search-half', label: 'Random half; hold the other out' },
] as const;
/** Settings of pool and target. */
export function PoolAndTarget() {
  const of = useSearchSetting();
  const settings = useStore((state) => state.search.settings);
  const groupings = useStore((state) => state.cohort.groupings);
  const { sharedWithTestCount } = useStore(selectSearchPlan);
  const groupingChoices = useMemo(
    () => groupings.map((grouping) => ({ value: groupingId(grouping), label: recordedTitle(grouping) })),
    [groupings],
  );
  const grouping = groupingOf(groupings, settings.targetGroupingId);
  const groupChoices = useMemo(
    () =>
      grouping === undefined ? [] : groupLabels(grouping).map((label, i) => ({ value: String(i), label })),
    [grouping],
  );
  const isDefaultGrouping = settings.targetGroupingId === DEFAULTS.targetGroupingId;
  return (
    <SettingsGroup title="Pool and target" note="Both obey the cohort's filter.">
      <ChoiceSetting
        {...of('poolSplit')}
        label="Pool"
        reason="What may be selected from. Published: the training split."
        choices={SPLITS}
      />
      <ChoiceSetting
        label="Target grouping"
        reason="The attribute that names the group to serve. The pool's attributes are never read."
        {...of('targetGroupingId')}
        choices={groupingChoices}
        onChange={(targetGroupingId) => changeSearchSettings({ targetGroupingId, targetGroup: 0 })}
      />
      <ChoiceSetting
        label="Target group"
        reason="Published: subjects whose recorded race is Black."
        value={String(settings.targetGroup)}
        defaultValue={isDefaultGrouping ? String(DEFAULTS.targetGroup) : '0'}
        choices={groupChoices}
        onChange={(group) => changeSearchSettings({ targetGroup: Number(group) })}
      />
      <ChoiceSetting
        {...of('targetSplit')}
        label="Target split"
        reason="Published: the test split, whose images the published evaluation probably uses too."
        choices={SPLITS}
      />
      <ChoiceSetting
        {...of('targetPart')}
        label="Part of the target"
        reason="A held-out half keeps the images that a model is evaluated on out of the search."
        choices={PARTS}
      />
      {settings.targetPart === 'search-half' && (
        <NumberSetting
          {...of('halvesSeed')}
          label="Seed of the halves"
          reason="The same samples and seed give the same halves, in whatever order files were dropped."
          min={0}
        />
      )}
      {sharedWithTestCount > 0 && settings.targetPart === 'whole' && (
        <Notice tone="warn" title="Target images are test images">
          {formatCounted(sharedWithTestCount, 'target image')} in the test split: evaluated on the test split,
          a model has been helped by its own test images. Hold half of the target out to avoid this.
        </Notice>
      )}
    </SettingsGroup>
  );
}
