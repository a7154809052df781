/** The Search place: choose a target, search the pool for it, read how close the selection came. */
import { IconTargetArrow } from '@tabler/icons-react';
import { goTo } from '../../services/navigation.ts';
import { startSearch } from '../../services/search.ts';
import { isKindRunning } from '../../state/jobs.ts';
import { shownSearchOf } from '../../state/search.ts';
import { type SearchPlan, selectSearchPlan } from '../../state/search-plan.ts';
import { useStore } from '../../state/store.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { formatCount } from '../../ui/format.ts';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';
import { Figures } from './Figures.tsx';
import { KeptSearches } from './KeptSearches.tsx';
import { PlanSummary } from './PlanSummary.tsx';
import { ResultHeader } from './ResultHeader.tsx';
import { SearchSettings } from './SearchSettings.tsx';
import { SelectedTable } from './SelectedTable.tsx';
import styles from './SearchPlace.module.css';
import { ResultStatements } from './ResultStatements.tsx';

function nextStep(plan: SearchPlan, hasCohort: boolean, isRunning: boolean, hasResult: boolean): string {
  if (!hasCohort) return 'Load a cohort first; then choose a target group and search the pool for it.';
  if (isRunning) return 'The search runs; its phases stand in the tray below, where it can be cancelled.';
  if (plan.problem !== undefined) return 'Choose a target and a pool that hold samples.';
  if (hasResult) return 'Export the selection, or change a setting and search again to compare.';
  return `Start the search: ${formatCount(plan.pool.length)} samples in the pool, ${formatCount(plan.target.length)} in the target.`;
}

interface EmptyProps {
  readonly hasCohort: boolean;
  readonly isRunning: boolean;
}

function whatToDo({ hasCohort, isRunning }: EmptyProps): string {
  if (isRunning) return 'The first search is under way; its result will stand here.';
  return hasCohort
    ? 'Choose pool and target at the left, then press Search.'
    : 'Drop a folder of samples, or take the demo cohort, and come back.';
}

function Empty(props: EmptyProps) {
  return (
    <EmptyState icon={<IconTargetArrow size={40} stroke={1.25} />} title="Nothing searched yet">
      <p>
        A search clusters the pool by image features, ranks the clusters by their Fréchet distance to the
        target group, and selects a training set. It never reads the recorded attributes of the pool.
      </p>
      <p>{whatToDo(props)}</p>
    </EmptyState>
  );
}

/** Shown at #/search. */
export function SearchPlace() {
  const plan = useStore(selectSearchPlan);
  const hasCohort = useStore((state) => state.cohort.records.length > 0);
  const isRunning = useStore((state) => isKindRunning(state.jobs, 'search'));
  const shown = useStore((state) => shownSearchOf(state.search));
  const hasList = useStore((state) => state.search.kept.length > 0 || state.search.deleted !== null);
  const action = hasCohort
    ? {
        label: 'Search',
        icon: <IconTargetArrow size={16} aria-hidden />,
        onClick: startSearch,
        busy: isRunning,
        blockedBecause: isRunning ? undefined : (plan.problem ?? plan.sizeProblem),
      }
    : { label: 'Go to Cohort', onClick: () => goTo('cohort') };
  return (
    <PlaceLayout
      title="Search"
      next={nextStep(plan, hasCohort, isRunning, shown !== undefined)}
      action={action}
      settings={<SearchSettings />}
    >
      <div className={styles['page']}>
        {hasCohort && <PlanSummary plan={plan} />}
        {hasList && <KeptSearches />}
        {shown === undefined ? (
          <Empty hasCohort={hasCohort} isRunning={isRunning} />
        ) : (
          <>
            <ResultHeader kept={shown} />
            <ResultStatements kept={shown} />
            <Figures kept={shown} />
            <SelectedTable kept={shown} />
          </>
        )}
      </div>
    </PlaceLayout>
  );
}
