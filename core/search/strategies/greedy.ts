/** The published tables' strategy: the N samples with the highest scores. */
import { sampleLogScores } from '../cluster-scores.ts';
import { highestScores, type Selection, type SelectionProblem } from './selection.ts';

/**
 * The `selectionSize` samples with the highest score w_k / |S_k|, compared as logarithms so that none underflows.
 * Ties go to the lower index; samples of clusters without a distance come last.
 */
export function selectGreedy(problem: SelectionProblem): Selection {
  const scores = sampleLogScores(problem.assignment, problem.clusterDistances);
  return { indices: highestScores(scores, problem.selectionSize) };
}
