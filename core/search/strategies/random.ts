/** The baseline: uniform draws without replacement. */
import { createRandom, permutation, type Random } from '../../random.ts';
import type { Selection, SelectionProblem } from './selection.ts';

/** `count` of the given items, drawn uniformly without replacement. */
export function drawFrom(items: ArrayLike<number>, count: number, random: Random): Int32Array {
  const order = permutation(items.length, random).subarray(0, count);
  return Int32Array.from(order, (position) => items[position] as number);
}

/** `selectionSize` samples of the whole pool, uniformly. Blind to features and distances. */
export function selectRandom(problem: SelectionProblem): Selection {
  const random = createRandom(problem.seed, 'random');
  const pool = Array.from(problem.assignment, (_, index) => index);
  return { indices: drawFrom(pool, problem.selectionSize, random) };
}
