/** Where a run stands on this page, on stable values. */
import { useMemo } from 'react';
import type { TrainRun } from '../../../workers/api/train.ts';
import { TRAIN_JOB } from '../../services/train.ts';
import { selectIndexById } from '../../state/cohort-selectors.ts';
import { type RunningJob, runningOfKind } from '../../state/jobs.ts';
import { useStore } from '../../state/store.ts';
import { missingSampleCount, type RunStatus, statusOf } from '../../state/train-progress.ts';

/** The running job of training, if there is one. */
export function useTrainJob(): RunningJob | undefined {
  return useStore((state) => runningOfKind(state.jobs, TRAIN_JOB));
}

/** The status of a run as this page knows it. */
export function useRunStatus(run: TrainRun): RunStatus {
  return useStore((state) => statusOf(run, state.train, runningOfKind(state.jobs, TRAIN_JOB)));
}

/** How many of a run's samples cannot be read now. */
export function useMissingCount({ spec }: TrainRun): number {
  const indexById = useStore(selectIndexById);
  const withoutFile = useStore((state) => state.cohort.withoutFile);
  return useMemo(() => missingSampleCount(spec, indexById, withoutFile), [spec, indexById, withoutFile]);
}
