/** Chooses groups to keep, of every grouping, unknown included. */
import { Button, Checkbox, Popover } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import {
  countGroups,
  type Grouping,
  groupIndices,
  groupingId,
  groupLabels,
  groupingTitle,
} from '../../../core/cohort/groups.ts';
import { withGroupToggled } from '../../state/cohort-filter.ts';
import { selectCoding } from '../../state/cohort-selectors.ts';
import { update, useStore } from '../../state/store.ts';
import { formatCount } from '../../ui/format.ts';
import styles from './FilterBar.module.css';

function GroupingChoices({ grouping }: { readonly grouping: Grouping }) {
  const records = useStore(({ cohort }) => cohort.records);
  const coding = useStore(selectCoding);
  const chosen = useStore(({ cohort }) => cohort.filter.groups[groupingId(grouping)]?.chosen);
  const labels = groupLabels(grouping);
  const { counts, unknown } = useMemo(
    () => countGroups(groupIndices(records, grouping, coding), groupLabels(grouping).length),
    [records, grouping, coding],
  );
  const groups = labels.map((label, group) => ({ label, group, count: counts[group] ?? 0 }));
  if (unknown > 0 || chosen?.includes(-1)) groups.push({ label: 'unknown', group: -1, count: unknown });
  return (
    <fieldset className={styles['grouping']}>
      <legend>{groupingTitle(grouping)}</legend>
      {groups.map(({ label, group, count }) => (
        <Checkbox
          key={group}
          label={`${label} (${formatCount(count)})`}
          checked={chosen?.includes(group) ?? false}
          onChange={() => update('cohort', (cohort) => withGroupToggled(cohort, grouping, group))}
        />
      ))}
    </fieldset>
  );
}

/** A button with the list of all groupings; nothing checked keeps everybody. */
export function GroupFilterMenu() {
  const [isOpen, setIsOpen] = useState(false);
  const groupings = useStore(({ cohort }) => cohort.groupings);
  return (
    <Popover
      opened={isOpen}
      onChange={setIsOpen}
      position="bottom-start"
      width={340}
      trapFocus
      returnFocus
      withinPortal
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <Button
          variant="default"
          size="compact-sm"
          rightSection={<IconChevronDown size={14} aria-hidden />}
          onClick={() => setIsOpen(!isOpen)}
        >
          Groups
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={styles['menu'] ?? ''} aria-label="Groups to keep">
        {groupings.map((grouping) => (
          <GroupingChoices key={groupingId(grouping)} grouping={grouping} />
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
