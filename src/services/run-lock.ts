/** Tabs of one browser share their runs: a lock for each keeps two from training one, or one from deleting what another trains. */
import { WorkbenchError } from '../../core/errors.ts';

/** Before the ids of runs in the names of locks. */
const PREFIX = 'equiseg-run ';

/** Runs that this tab is at. */
const own = new Set<string>();

/**
 * Does something that changes a run, unless something else is at it. A tab that is closed lets go of its runs.
 * Errors: `train/elsewhere`; those of the task.
 */
export function withRunLock<Value>(runId: string, task: () => Promise<Value>): Promise<Value> {
  return navigator.locks.request(PREFIX + runId, { ifAvailable: true }, async (lock) => {
    if (lock === null) {
      throw new WorkbenchError('train/elsewhere', 'Another tab or window of this browser is at this run.');
    }
    own.add(runId);
    try {
      return await task();
    } finally {
      own.delete(runId);
    }
  });
}

/** The ids of the runs that other tabs are at. */
export async function runsElsewhere(): Promise<readonly string[]> {
  const { held = [] } = await navigator.locks.query();
  const ids = held.flatMap(({ name = '' }) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));
  return ids.filter((runId) => !own.has(runId));
}
