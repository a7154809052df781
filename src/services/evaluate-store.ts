/** Evaluation runs between visits: plain records in IndexedDB. Their masks lie in the origin private file system, by run. */
import { createStore, entries, del, set, type UseStore } from 'idb-keyval';
import type { EvaluationRun } from '../state/evaluate.ts';

interface StoredRun {
  readonly run: EvaluationRun;
  /** Deleted, but still to be undone in the visit that deleted it. */
  readonly deleted: boolean;
}

/** Folder of `workers/infer/prediction-store.ts`. */
const MASKS_FOLDER = 'predictions';

let opened: UseStore | undefined;

function database(): UseStore {
  opened ??= createStore('equiseg-evaluations', 'runs');
  return opened;
}

/** Writes a run. */
export function storeRun(run: EvaluationRun): Promise<void> {
  return set(run.id, { run, deleted: false } satisfies StoredRun, database());
}

/** Marks a run as deleted; `purgeRun` or the next visit removes it. */
export function storeDeletedRun(run: EvaluationRun): Promise<void> {
  return set(run.id, { run, deleted: true } satisfies StoredRun, database());
}

async function removeMasks(runId: string): Promise<void> {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(MASKS_FOLDER);
    await folder.removeEntry(encodeURIComponent(runId), { recursive: true });
  } catch {
    // No file system, no masks, or masks that another tab reads: nothing that a person would have to know.
  }
}

/** Removes a run and its masks for good. */
export async function purgeRun(runId: string): Promise<void> {
  await del(runId, database());
  await removeMasks(runId);
}

/** The runs of earlier visits; those deleted then are removed for good. */
export async function readStoredRuns(): Promise<readonly EvaluationRun[]> {
  const stored = await entries<string, StoredRun>(database());
  await Promise.all(stored.filter(([, { deleted }]) => deleted).map(([id]) => purgeRun(id)));
  return stored.filter(([, { deleted }]) => !deleted).map(([, { run }]) => run);
}
