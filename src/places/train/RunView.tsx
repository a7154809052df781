/** Everything about the shown run: what it is, where it stands, its notices, figures and provenance. */
import { useEffect, useMemo } from 'react';
import type { TrainRun } from '../../../workers/api/train.ts';
import { followTrainRun } from '../../services/train-runs.ts';
import { useStore } from '../../state/store.ts';
import { RunFacts } from './RunFacts.tsx';
import { RunFigures } from './RunFigures.tsx';
import { RunHead } from './RunHead.tsx';
import { RunNotices } from './RunNotices.tsx';
import { seriesOf } from './run-series.ts';
import { RunStatements } from './RunStatements.tsx';
import { useRunStatus } from './use-run.ts';

const NO_EVENTS = [] as const;

/** The lines of a run's events, which are kept up to date while this is shown. */
function useRunSeries(run: TrainRun) {
  const { runId, groups } = run.spec;
  const status = useRunStatus(run);
  const isUnderWay = status === 'running' || status === 'paused';
  useEffect(() => followTrainRun(runId, isUnderWay), [runId, isUnderWay]);
  const events = useStore(({ train: { log } }) => (log.runId === runId ? log.events : NO_EVENTS));
  return useMemo(() => seriesOf(events, groups), [events, groups]);
}

/** The results of one run. */
export function RunView({ run }: { readonly run: TrainRun }) {
  const series = useRunSeries(run);
  return (
    <>
      <RunHead run={run} />
      <RunNotices run={run} series={series} />
      <RunStatements run={run} series={series} />
      <RunFigures run={run} series={series} />
      <RunFacts run={run} />
    </>
  );
}
