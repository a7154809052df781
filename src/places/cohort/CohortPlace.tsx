/** The Cohort place: who is in the cohort, what was refused and why, filters, groups and the images themselves. */
import { IconArrowRight, IconPlayerPlay } from '@tabler/icons-react';
import { useDeferredValue } from 'react';
import { tryDemoCohort } from '../../services/cohort.ts';
import { goTo } from '../../services/navigation.ts';
import { selectPassing, selectSplitCounts } from '../../state/cohort-selectors.ts';
import { store, useStore, type WorkbenchState } from '../../state/store.ts';
import { formatCounted } from '../../ui/format.ts';
import { lazyPart } from '../../ui/lazy-part.tsx';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';
import { CohortSettings } from './CohortSettings.tsx';
import { FirstVisit } from './FirstVisit.tsx';

/** The charts and tables come when there is something to draw. */
const CohortResults = lazyPart(async () => (await import('./CohortResults.tsx')).CohortResults);

/** The header's sentence: what to do next. A plain string, so that it can be a selector. */
function nextStep(state: WorkbenchState): string {
  const { records, rejected, storage, withoutFile } = state.cohort;
  const isReading = state.jobs.running.some(({ place }) => place === 'cohort');
  if (records.length === 0) {
    if (isReading) return 'Reading. Samples appear here as they come.';
    if (storage.phase === 'restoring' && storage.expectsRecords) return 'Bringing back your last cohort.';
    if (rejected.length > 0) return 'No file could be read: see why below, or take the demo cohort.';
    return 'Drop a folder of .npz files anywhere, or take the demo cohort.';
  }
  if (isReading) return 'Reading. What has been read can be used already.';
  if (withoutFile.size > 0)
    return `Drop the folder again: ${formatCounted(withoutFile.size, 'subject')} without an open file.`;
  if (selectPassing(state).length === 0) return 'No subject passes the filter: clear or widen it.';
  const { train, test } = selectSplitCounts(state);
  if (train === 0 || test === 0)
    return 'Split train from test: drop split lists, or draw a split at the left.';
  return 'See who is in the cohort, filter it, then search a training set.';
}

/** Starts the demo cohort with the settings of the left column. */
function startDemo(): void {
  const { demoCount, demoSeed } = store.getState().cohort.view;
  void tryDemoCohort({ count: demoCount, seed: demoSeed });
}

/** Shown at #/cohort. */
export function CohortPlace() {
  const next = useStore(nextStep);
  // Deferred: the views are many, and drawing them in one go would hold the thread while files are read.
  const isEmpty = useDeferredValue(useStore(({ cohort }) => cohort.records.length === 0));
  const isAwaited = useStore(
    ({ cohort: { storage } }) => storage.phase === 'restoring' && storage.expectsRecords,
  );
  const hasRefused = useStore(({ cohort }) => cohort.rejected.length > 0);
  const isReading = useStore(({ jobs }) => jobs.running.some(({ place }) => place === 'cohort'));
  const action = isEmpty
    ? {
        label: 'Try the demo cohort',
        icon: <IconPlayerPlay size={16} aria-hidden />,
        onClick: startDemo,
        busy: isReading,
      }
    : {
        label: 'Search a training set',
        icon: <IconArrowRight size={16} aria-hidden />,
        onClick: () => goTo('search'),
      };
  return (
    <PlaceLayout
      title="Cohort"
      next={next}
      {...(isEmpty && isAwaited ? {} : { action })}
      settings={<CohortSettings />}
    >
      {isEmpty && !hasRefused ? (
        <FirstVisit isAwaited={isAwaited} isReading={isReading} />
      ) : (
        <CohortResults />
      )}
    </PlaceLayout>
  );
}
