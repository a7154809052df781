/** What is trained on, what is validated with, and whose groups are reported. */
import { useMemo } from 'react';
import { groupingId } from '../../../core/cohort/groups.ts';
import { recordedTitle } from '../../state/search-plan.ts';
import { useStore } from '../../state/store.ts';
import { SEARCH_PREFIX, type ValidationSource } from '../../state/train-choices.ts';
import { selectSplitCounts } from '../../state/cohort-selectors.ts';
import { formatCount } from '../../ui/format.ts';
import { ChoiceSetting, NumberSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import { useTrainNumber, useTrainSetting } from './use-settings.ts';

const SOURCE_LABELS: Readonly<Record<ValidationSource, string>> = {
  'train-split': 'Drawn from the train split',
  'validation-split': 'Validation split',
  none: 'None',
};

function useTrainingSets() {
  const kept = useStore((state) => state.search.kept);
  return useMemo(
    () => [
      { value: 'train-split', label: 'Train split' },
      { value: 'filter', label: "What passes the cohort's filter" },
      ...kept.map(({ id, name, result }) => ({
        value: `${SEARCH_PREFIX}${id}`,
        label: `${name} (${formatCount(result.selected.length)})`,
      })),
    ],
    [kept],
  );
}

function ValidationSettings() {
  const of = useTrainSetting();
  const number = useTrainNumber();
  const { validation } = useStore(selectSplitCounts);
  const source = of('validationSource');
  return (
    <>
      <ChoiceSetting
        {...source}
        label="Validation set"
        reason="Tells which checkpoint is best. Always disjoint from the training set and never of the test split, which Evaluate needs unseen."
        choices={(['train-split', 'validation-split', 'none'] as const).map((value) => ({
          value,
          label: SOURCE_LABELS[value],
          disabled: value === 'validation-split' && validation === 0,
        }))}
      />
      {source.value === 'train-split' && (
        <NumberSetting
          {...number('validationFrac')}
          label="Validation share"
          unit="of the train split, 0 to 1"
          decimals={3}
          step={0.05}
          reason="Beside a selection it is drawn from the rest of the train split; of a whole split it is taken out of the training set."
        />
      )}
      {source.value !== 'none' && (
        <>
          <NumberSetting
            {...number('maxValidationCount')}
            label="Most validation images"
            unit="images"
            reason="Every validation runs the network over all of them; more cost time, fewer make Dice noisy."
          />
          <NumberSetting
            {...number('validationSeed')}
            label="Seed of the validation set"
            reason="The same samples and seed give the same set, in whatever order files were dropped."
          />
        </>
      )}
    </>
  );
}

/** Settings of the data. */
export function DataSettings() {
  const of = useTrainSetting();
  const groupings = useStore((state) => state.cohort.groupings);
  const sets = useTrainingSets();
  return (
    <SettingsGroup title="Images" note="Images of the test split are never trained on.">
      <ChoiceSetting
        {...of('trainingSet')}
        label="Training set"
        reason="The latest selection of Search unless another is chosen; splits obey the cohort's filter, a selection is taken as it was made."
        choices={sets}
      />
      <ValidationSettings />
      <ChoiceSetting
        {...of('groupingId')}
        label="Groups by"
        reason="The attribute whose groups losses and Dice are reported for, and which fairness methods balance."
        choices={groupings.map((grouping) => ({
          value: groupingId(grouping),
          label: recordedTitle(grouping),
        }))}
      />
    </SettingsGroup>
  );
}
