/** Derived groups: age bins and intersections, for charts, filters and every other place. */
import { ActionIcon, Button, MultiSelect, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import {
  ageEdgesProblem,
  type Grouping,
  groupingId,
  type SimpleGrouping,
  groupingTitle,
} from '../../../core/cohort/groups.ts';
import { PLAIN_GROUPINGS, withGrouping, withoutGrouping } from '../../state/cohort.ts';
import { update, useStore } from '../../state/store.ts';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import styles from './CohortPlace.module.css';

function add(grouping: Grouping): void {
  update('cohort', (cohort) => withGrouping(cohort, grouping));
}

function AgeBins() {
  const [text, setText] = useState('40, 60');
  const [problem, setProblem] = useState<string>();
  function submit(): void {
    const edgesYears = text
      .split(/[\s,;]+/)
      .filter((part) => part !== '')
      .map(Number);
    const found = ageEdgesProblem(edgesYears);
    setProblem(found);
    if (found === undefined) add({ kind: 'age-bins', edgesYears });
  }
  return (
    <form
      className={styles['adder']}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextInput
        label="Age bins, divided at (years)"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={problem ?? false}
      />
      <Button type="submit" variant="default">
        Add age bins
      </Button>
    </form>
  );
}

function Intersections({ simple }: { readonly simple: readonly SimpleGrouping[] }) {
  const [chosen, setChosen] = useState<string[]>([]);
  const data = simple.map((grouping) => ({ value: groupingId(grouping), label: groupingTitle(grouping) }));
  function submit(): void {
    const parts = simple.filter((grouping) => chosen.includes(groupingId(grouping)));
    add({ kind: 'intersection', parts });
    setChosen([]);
  }
  return (
    <form
      className={styles['adder']}
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen.length >= 2) submit();
      }}
    >
      <MultiSelect
        label="Intersection of"
        placeholder={chosen.length === 0 ? 'two or more attributes' : ''}
        data={data}
        value={chosen}
        onChange={setChosen}
        maxValues={3}
      />
      <Button type="submit" variant="default" disabled={chosen.length < 2}>
        Add intersection
      </Button>
    </form>
  );
}

/** What was derived, removable, and the two ways to derive more. */
export function GroupSettings() {
  const groupings = useStore(({ cohort }) => cohort.groupings);
  const derived = groupings.filter((grouping) => !PLAIN_GROUPINGS.includes(grouping));
  const simple = groupings.filter((grouping) => grouping.kind !== 'intersection');
  return (
    <SettingsGroup title="Derived groups" note="Offered in every place, beside the plain attributes.">
      {derived.length > 0 && (
        <ul className={styles['derived']} aria-label="Derived groups">
          {derived.map((grouping) => (
            <li key={groupingId(grouping)}>
              <span>{groupingTitle(grouping)}</span>
              <ActionIcon
                size="sm"
                aria-label={`Remove ${groupingTitle(grouping)}`}
                onClick={() => update('cohort', (cohort) => withoutGrouping(cohort, groupingId(grouping)))}
              >
                <IconX size={14} aria-hidden />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <AgeBins />
      <Intersections simple={simple} />
    </SettingsGroup>
  );
}
