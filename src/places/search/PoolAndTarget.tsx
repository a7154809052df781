/** Which samples the search is over: pool, target, and the half that is held out. */
import { useMemo } from 'react';
import { groupingId, groupLabels } from '../../../core/cohort/groups.ts';
import {
  DEFAULT_SEARCH_SETTINGS as DEFAULTS,
  type SearchSettings,
  SPLIT_CHOICES,
  withSearchSettings,
} from '../../state/search.ts';
import { groupingOf, recordedTitle, selectSearchPlan } from '../../state/search-plan.ts';
import { update, useStore } from '../../state/store.ts';
import { Notice } from '../../ui/Notice.tsx';
import { ChoiceSetting, NumberSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';

function change(part: Partial<SearchSettings>): void {
  update('search', (search) => withSearchSettings(search, part));
}

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
        label="Pool"
        reason="What may be selected from. Published: the training split."
        value={settings.poolSplit}
        defaultValue={DEFAULTS.poolSplit}
        choices={SPLITS}
        onChange={(poolSplit) => change({ poolSplit })}
      />
      <ChoiceSetting
        label="Target grouping"
        reason="The attribute that names the group to serve. The pool's attributes are never read."
        value={settings.targetGroupingId}
        defaultValue={DEFAULTS.targetGroupingId}
        choices={groupingChoices}
        onChange={(targetGroupingId) => change({ targetGroupingId, targetGroup: 0 })}
      />
      <ChoiceSetting
        label="Target group"
        reason="Published: subjects whose recorded race is Black."
        value={String(settings.targetGroup)}
        defaultValue={isDefaultGrouping ? String(DEFAULTS.targetGroup) : '0'}
        choices={groupChoices}
        onChange={(group) => change({ targetGroup: Number(group) })}
      />
      <ChoiceSetting
        label="Target split"
        reason="Published: the test split, whose images the published evaluation probably uses too."
        value={settings.targetSplit}
        defaultValue={DEFAULTS.targetSplit}
        choices={SPLITS}
        onChange={(targetSplit) => change({ targetSplit })}
      />
      <ChoiceSetting
        label="Part of the target"
        reason="A held-out half keeps the images that a model is evaluated on out of the search."
        value={settings.targetPart}
        defaultValue={DEFAULTS.targetPart}
        choices={PARTS}
        onChange={(targetPart) => change({ targetPart })}
      />
      {settings.targetPart === 'search-half' && (
        <NumberSetting
          label="Seed of the halves"
          reason="The same samples and seed give the same halves, in whatever order files were dropped."
          value={settings.halvesSeed}
          defaultValue={DEFAULTS.halvesSeed}
          min={0}
          onChange={(halvesSeed) => change({ halvesSeed })}
        />
      )}
      {sharedWithTestCount > 0 && settings.targetPart === 'whole' && (
        <Notice tone="warn" title="Target images are test images">
          {sharedWithTestCount} target images are in the test split. Evaluated on them, a model has been
          helped by its own test images. Hold half of the target out to avoid this.
        </Notice>
      )}
    </SettingsGroup>
  );
}
