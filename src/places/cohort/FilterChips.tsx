/** The groups that are kept now, each with the way to lift it. */
import { IconX } from '@tabler/icons-react';
import { groupLabels, groupingTitle } from '../../../core/cohort/groups.ts';
import { withGroupsChosen } from '../../state/cohort-filter.ts';
import { update, useStore } from '../../state/store.ts';
import styles from './FilterBar.module.css';

/** One chip for every filtered grouping, or that there is none. */
export function FilterChips() {
  const groups = useStore(({ cohort }) => cohort.filter.groups);
  const entries = Object.entries(groups);
  // The line keeps its height, so that nothing moves under the pointer when a bar is chosen.
  if (entries.length === 0) {
    return (
      <p className={styles['noChips']}>Every group is kept. Choose bars, or Groups, to keep some only.</p>
    );
  }
  return (
    <ul className={styles['chips']} aria-label="Groups kept">
      {entries.map(([id, { grouping, chosen }]) => {
        const labels = groupLabels(grouping);
        const words = `${groupingTitle(grouping)}: ${chosen.map((group) => labels[group] ?? 'unknown').join(' or ')}`;
        return (
          <li key={id}>
            <button
              type="button"
              className={styles['chip']}
              aria-label={`Lift the filter on ${words}`}
              onClick={() => update('cohort', (cohort) => withGroupsChosen(cohort, grouping, []))}
            >
              {words}
              <IconX size={13} aria-hidden />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
