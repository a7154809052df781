/** The filter that every place obeys: how many pass, splits, groups, part of the name, and what is filtered now. */
import { Button, CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { SPLITS } from '../../../core/cohort/sample.ts';
import { PLACE_FILTER_ATTRIBUTE } from '../../services/shortcuts.ts';
import { isFiltering, withFilterText, withoutFilter, withSplitToggled } from '../../state/cohort-filter.ts';
import { selectPassing, selectSplitCounts } from '../../state/cohort-selectors.ts';
import { update, useStore } from '../../state/store.ts';
import { formatCount } from '../../ui/format.ts';
import { FilterChips } from './FilterChips.tsx';
import { GroupFilterMenu } from './GroupFilterMenu.tsx';
import styles from './FilterBar.module.css';

function SplitToggles() {
  const chosen = useStore(({ cohort }) => cohort.filter.splits);
  const counts = useStore(selectSplitCounts);
  return (
    <fieldset className={styles['splits']}>
      <legend className="visually-hidden">Splits to keep</legend>
      {SPLITS.filter((split) => counts[split] > 0 || chosen.includes(split)).map((split) => (
        <button
          key={split}
          type="button"
          className={styles['toggle']}
          aria-pressed={chosen.includes(split)}
          onClick={() => update('cohort', (cohort) => withSplitToggled(cohort, split))}
        >
          {split} <span className={styles['count']}>{formatCount(counts[split])}</span>
        </button>
      ))}
    </fieldset>
  );
}

function PassingCount() {
  const passingCount = useStore((state) => selectPassing(state).length);
  const recordCount = useStore(({ cohort }) => cohort.records.length);
  return (
    <p className={styles['passing']} aria-live="polite">
      <strong>{formatCount(passingCount)}</strong> of {formatCount(recordCount)} subjects
    </p>
  );
}

/** Always above the views; the count never leaves the screen. */
export function FilterBar() {
  const filter = useStore(({ cohort }) => cohort.filter);
  return (
    <section className={styles['bar']} aria-label="Filter">
      <div className={styles['line']}>
        <PassingCount />
        <SplitToggles />
        <GroupFilterMenu />
        <TextInput
          className={styles['text'] ?? ''}
          aria-label="Part of the file name"
          placeholder="Part of the file name  ( / )"
          leftSection={<IconSearch size={14} aria-hidden />}
          rightSection={
            filter.text === '' ? undefined : (
              <CloseButton
                size="xs"
                aria-label="Clear the name"
                onClick={() => update('cohort', (cohort) => withFilterText(cohort, ''))}
              />
            )
          }
          value={filter.text}
          onChange={(event) => {
            const text = event.currentTarget.value;
            update('cohort', (cohort) => withFilterText(cohort, text));
          }}
          {...{ [PLACE_FILTER_ATTRIBUTE]: '' }}
        />
      </div>
      <div className={styles['kept']}>
        <FilterChips />
        <Button
          variant="subtle"
          size="compact-xs"
          disabled={!isFiltering(filter)}
          onClick={() => update('cohort', withoutFilter)}
        >
          Clear all
        </Button>
      </div>
    </section>
  );
}
