/** Acts on the list of runs: read those of earlier visits, rename, delete, undo. The store changes at once, the disk follows. */
import { membershipMetrics } from '../state/evaluate-scores.ts';
import {
  runsOfSample,
  withoutRun,
  withRestoredRuns,
  withRunNamed,
  withUndeletedRun,
} from '../state/evaluate.ts';
import { store, update } from '../state/store.ts';
import { purgeRun, readStoredRuns, storeDeletedRun, storeRun } from './evaluate-store.ts';
import { registerMemberships } from './sample-memberships.ts';

let restoring: Promise<void> | undefined;

/** Brings back the runs of earlier visits, once. */
export function restoreRuns(): Promise<void> {
  restoring ??= readStoredRuns()
    // Without storage there are no earlier runs; the place works without.
    .catch(() => [])
    .then((runs) => update('evaluate', (evaluate) => withRestoredRuns(evaluate, runs)));
  return restoring;
}

/** Names a run. */
export async function renameRun(id: string, name: string): Promise<void> {
  update('evaluate', (evaluate) => withRunNamed(evaluate, id, name));
  const run = store.getState().evaluate.runs.find((candidate) => candidate.id === id);
  if (run !== undefined) await storeRun(run);
}

/** Deletes a run; the one deleted before it is gone for good then. */
export async function deleteRun(id: string): Promise<void> {
  const before = store.getState().evaluate.deleted;
  update('evaluate', (evaluate) => withoutRun(evaluate, id));
  const { deleted } = store.getState().evaluate;
  if (deleted?.id === id) await storeDeletedRun(deleted);
  if (before !== null && before.id !== id) await purgeRun(before.id);
}

/** Brings back the run that was deleted last. */
export async function undoDelete(): Promise<void> {
  const { deleted } = store.getState().evaluate;
  if (deleted === null) return;
  update('evaluate', withUndeletedRun);
  await storeRun(deleted);
}

/** Lets the inspector list the runs of a sample, the shown one first. */
registerMemberships(({ evaluate }, id) =>
  runsOfSample(evaluate, id)
    .toSorted((a, b) => Number(b.id === evaluate.shownRunId) - Number(a.id === evaluate.shownRunId))
    .map((run) => ({
      kind: 'run' as const,
      id: run.id,
      label: run.status === 'partial' ? `${run.name} (partial)` : run.name,
      href: '#/evaluate',
      predictionRunId: run.id,
      metrics: membershipMetrics(run, id, evaluate.settings.convention),
    })),
);
