/** The warnings that stand beside a search's numbers. */
import type { ClusterSummary, SearchSpec, SearchWarning } from '../api/analysis.ts';

/** One cluster with more softmax weight than this makes `weighted` draw from hardly any other. */
const COLLAPSED_WEIGHT = 0.99;

export interface SearchFacts {
  readonly spec: SearchSpec;
  readonly featureCount: number;
  readonly clusters: readonly ClusterSummary[];
  readonly converged: boolean;
}

/** What a reader must know before comparing the distances of this search. */
export function searchWarnings({ spec, featureCount, clusters, converged }: SearchFacts): SearchWarning[] {
  const warnings: SearchWarning[] = [];
  const { selectionSize, target, strategy } = spec;
  if (selectionSize <= featureCount) {
    warnings.push({
      code: 'selection-below-feature-count',
      count: selectionSize,
      message: `A Fréchet distance from ${selectionSize} samples in ${featureCount} dimensions lies far above its limit. Compare it only with distances of the same number of samples and the same extractor.`,
    });
  }
  if (target.length <= featureCount) {
    warnings.push({
      code: 'target-below-feature-count',
      count: target.length,
      message: `The target group has ${target.length} samples in ${featureCount} dimensions, so every Fréchet distance to it is too large by the same cause.`,
    });
  }
  const heaviest = Math.max(...clusters.map((cluster) => Math.exp(cluster.logWeight ?? -Infinity)));
  if (strategy === 'weighted' && clusters.length > 1 && heaviest > COLLAPSED_WEIGHT) {
    warnings.push({
      code: 'weight-on-one-cluster',
      count: 1,
      message: `One cluster holds ${(100 * heaviest).toFixed(1)} % of the softmax weight: the draw takes nearly all of it before any other, as greedy does.`,
    });
  }
  const unmeasured = clusters.filter((cluster) => cluster.distance === null);
  if (unmeasured.length > 0) {
    warnings.push({
      code: 'clusters-without-distance',
      count: unmeasured.length,
      message: `${unmeasured.length} of ${clusters.length} clusters hold fewer than two samples and have no Fréchet distance. Fewer clusters, or balanced clusters, avoid this.`,
    });
  }
  const unscored = unmeasured.reduce((sum, cluster) => sum + cluster.selectedCount, 0);
  if (strategy !== 'random' && unscored > 0) {
    warnings.push({
      code: 'unscored-samples-selected',
      count: unscored,
      message: `${unscored} selected sample${unscored === 1 ? '' : 's'} come from clusters without a distance, because the others did not hold enough.`,
    });
  }
  if (!converged) {
    warnings.push({
      code: 'clustering-not-converged',
      count: spec.clusterCount,
      message: 'The clustering reached its iteration limit before it settled.',
    });
  }
  return warnings;
}
