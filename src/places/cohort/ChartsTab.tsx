/** Who passes the filter: counts and shares of every grouping, train beside test, and the ages. Bars filter. */
import { useThrottledValue } from '@mantine/hooks';
import { memo, useDeferredValue, useMemo } from 'react';
import { ageInYears } from '../../../core/cohort/coding.ts';
import { type Grouping, groupingId, groupingTitle } from '../../../core/cohort/groups.ts';
import { CountBarFigure } from '../../charts/CountBarFigure.tsx';
import { HistogramFigure } from '../../charts/HistogramFigure.tsx';
import { createProvenance } from '../../services/provenance.ts';
import { withGroupsChosen, withGroupToggled } from '../../state/cohort-filter.ts';
import { selectCoding, selectPassing, selectSplitAssignment } from '../../state/cohort-selectors.ts';
import { update, useStore } from '../../state/store.ts';
import { formatCounted } from '../../ui/format.ts';
import { Staged } from '../../ui/Staged.tsx';
import { CohortFacts } from './CohortFacts.tsx';
import styles from './CohortPlace.module.css';
import { type PassingCohort, useGroupCounts } from './use-group-counts.ts';

/** "Recorded race", "Age bins at 40, 60 years". */
function chartTitle(grouping: Grouping): string {
  const name = groupingTitle(grouping);
  const first = grouping.kind === 'attribute' ? `Recorded ${name.toLowerCase()}` : name;
  return `${first}: subjects in each group`;
}

function GroupingFigure({
  cohort,
  grouping,
}: {
  readonly cohort: PassingCohort;
  readonly grouping: Grouping;
}) {
  const counts = useGroupCounts(cohort, grouping);
  const status =
    cohort.passing.length === 0
      ? ({ kind: 'empty', message: 'No subject passes the filter. Clear or widen it.' } as const)
      : ({ kind: 'ready' } as const);
  return (
    <CountBarFigure
      {...counts}
      title={chartTitle(grouping)}
      caption={`${formatCounted(cohort.passing.length, 'subject')} that pass the filter; shares are of each split, unknown included. Choose a bar to filter to its group.`}
      fileName={`cohort-${groupingId(grouping).replaceAll(/[^a-z0-9]+/gi, '-')}`}
      provenance={createProvenance}
      status={status}
      onSelect={(key) => update('cohort', (state) => withGroupToggled(state, grouping, Number(key)))}
    />
  );
}

/** Keeps the ages in [low, high) years, through age bins made for it. */
function filterToAges(low: number, high: number): void {
  const edgesYears = low > 0 ? [low, high] : [high];
  update('cohort', (state) => withGroupsChosen(state, { kind: 'age-bins', edgesYears }, [low > 0 ? 1 : 0]));
}

function AgeFigure({ cohort }: { readonly cohort: PassingCohort }) {
  const { records, passing, coding } = cohort;
  const values = useMemo(
    () => Array.from(passing, (index) => ageInYears(records[index]?.codes.age, coding.ageUnit)),
    [records, passing, coding],
  );
  const status = values.some(Number.isFinite)
    ? ({ kind: 'ready' } as const)
    : ({ kind: 'empty', message: 'No subject that passes the filter has a known age.' } as const);
  return (
    <HistogramFigure
      title="Age: number of subjects"
      caption="Subjects that pass the filter."
      fileName="cohort-age"
      provenance={createProvenance}
      quantity="Age"
      unit="years"
      kind="number"
      counted="subjects"
      values={values}
      status={status}
      onSelect={filterToAges}
    />
  );
}

/** While files are read, batches arrive ten times a second: more drawing than a person can read, and than the thread has time for. */
const REDRAW_EVERY_MS = 500;

/** Everything below the filter. Memoised, so that a batch of records draws it only when the deferred cohort is due. */
const CohortFigures = memo(function CohortFigures({
  cohort,
  groupings,
}: {
  readonly cohort: PassingCohort;
  readonly groupings: readonly Grouping[];
}) {
  return (
    <>
      <CohortFacts cohort={cohort} />
      <div className={styles['charts']}>
        <Staged placeholder={<div className={styles['chartToCome']} />}>
          {groupings.map((grouping) => (
            <GroupingFigure key={groupingId(grouping)} cohort={cohort} grouping={grouping} />
          ))}
          <AgeFigure cohort={cohort} />
        </Staged>
      </div>
    </>
  );
});

/** Draws what was last asked for; typing in the filter never waits for the charts. */
export function ChartsTab() {
  const records = useStore(({ cohort }) => cohort.records);
  const groupings = useStore(({ cohort }) => cohort.groupings);
  const passing = useStore(selectPassing);
  const { splits } = useStore(selectSplitAssignment);
  const coding = useStore(selectCoding);
  const latest = useMemo(() => ({ records, splits, passing, coding }), [records, splits, passing, coding]);
  // Empty at first: drawing all figures at once would hold the thread; deferred, React draws them in slices.
  const cohort = useDeferredValue<PassingCohort | null>(useThrottledValue(latest, REDRAW_EVERY_MS), null);
  return cohort === null ? null : <CohortFigures cohort={cohort} groupings={groupings} />;
}
