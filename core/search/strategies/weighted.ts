/** Algorithm 1 of the paper: N draws without replacement with probabilities softmax(-FD) / cluster size. */
import { createRandom, type Random } from '../../random.ts';
import { sampleLogScores } from '../cluster-scores.ts';
import { highestScores, type Selection, type SelectionProblem } from './selection.ts';

function gumbel(random: Random): number {
  for (;;) {
    const u = random.uniform();
    if (u > 0) return -Math.log(-Math.log(u));
  }
}

/**
 * N successive draws without replacement, made in one step: each sample gets log score + standard Gumbel noise and the N
 * highest win, which has exactly the distribution of drawing one after the other. It works on log scores, so weights far
 * below 1e-308 keep their ratios. Samples of clusters without a distance come last, by index.
 * Source: Efraimidis and Spirakis, Information Processing Letters 97 (2006); Yellott (1977) for the Gumbel form.
 */
export function selectWeighted(problem: SelectionProblem): Selection {
  const random = createRandom(problem.seed, 'weighted');
  const keys = sampleLogScores(problem.assignment, problem.clusterDistances).map(
    (score) => score + gumbel(random),
  );
  return { indices: highestScores(keys, problem.selectionSize) };
}
