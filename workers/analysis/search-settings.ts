/** Checks of a search's settings, with sentences that say what to do. */
import { WorkbenchError } from '../../core/errors.ts';
import type { SearchSpec } from '../api/analysis.ts';

/** Fewer target samples than this have no covariance. */
const MIN_TARGET = 2;
/** A selection of one has no covariance and so no distance. */
const MIN_SELECTION = 2;

function requireWhole(value: number, least: number, what: string): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new WorkbenchError(
    'search/bad-settings',
    `${what} must be a whole number of at least ${least}, not ${value}.`,
  );
}

/** Errors: `search/bad-settings`, `search/target-too-small`, `search/pool-too-small`. */
export function checkSearchSettings(spec: SearchSpec): void {
  const { pool, target, selectionSize, clusterCount } = spec;
  requireWhole(selectionSize, MIN_SELECTION, 'The number of samples to select');
  requireWhole(clusterCount, 1, 'The number of clusters');
  requireWhole(spec.drawCount, 0, 'The number of random draws');
  if (target.length < MIN_TARGET) {
    throw new WorkbenchError(
      'search/target-too-small',
      `The target group has ${target.length} sample${target.length === 1 ? '' : 's'}: a Fréchet distance needs at least ${MIN_TARGET}. Choose a larger group or add samples to it.`,
      { context: { targetCount: target.length } },
    );
  }
  if (pool.length < selectionSize) {
    throw new WorkbenchError(
      'search/pool-too-small',
      `The pool has ${pool.length} samples, fewer than the ${selectionSize} to select. Select fewer or enlarge the pool.`,
      { context: { poolCount: pool.length, selectionSize } },
    );
  }
  if (pool.length < clusterCount) {
    throw new WorkbenchError(
      'search/pool-too-small',
      `The pool has ${pool.length} samples and cannot be split into ${clusterCount} clusters. Lower the number of clusters or enlarge the pool.`,
      { context: { poolCount: pool.length, clusterCount } },
    );
  }
  if (new Set(pool).size !== pool.length || new Set(target).size !== target.length) {
    throw new WorkbenchError(
      'search/bad-settings',
      'A sample stands twice in the pool or in the target group. Remove the duplicate: it would count double.',
    );
  }
}
