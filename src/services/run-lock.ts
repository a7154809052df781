/** Tabs of one browser share their runs: a lock for each keeps two from training one, or one from deleting what another trains. */
import { WorkbenchError } from '../../core/errors.ts';

/** Before the ids of runs in the names of locks. */
const PREFIX = 'equiseg-run ';

/**
 * Does something that changes a run, unless another tab is at it. A tab that is closed lets go of its runs.
 * Errors: `train/elsewhere`; those of the task.
 */
export function withRunLock<Value>(runId: string, task: () => Promise<Value>): Promise<Value> {
  return navigator.locks.request(PREFIX + runId, { ifAvailable: true }, (lock) => {
    if (lock === null) {
      throw new WorkbenchError('train/elsewhere', 'Another tab or window of this browser is at this run.');
    }
    return task();
  });
}

/** The ids of the runs that any tab is at, this one too. */
export async function runsAtWork(): Promise<readonly string[]> {
  const { held = [] } = await navigator.locks.query();
  return held.flatMap(({ name = '' }) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));
}
