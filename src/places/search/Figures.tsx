/** The figures of one search: clusters, random draws, composition, map. */
import { Select } from '@mantine/core';
import { ClusterFigure } from '../../charts/ClusterFigure.tsx';
import { CompositionFigure } from '../../charts/CompositionFigure.tsx';
import { DistributionFigure } from '../../charts/DistributionFigure.tsx';
import { ScatterFigure } from '../../charts/ScatterFigure.tsx';
import { searchProvenance } from '../../services/search-export.ts';
import { selectIndexById } from '../../state/cohort-selectors.ts';
import type { KeptSearch } from '../../state/search.ts';
import { update, useStore } from '../../state/store.ts';
import { withInspection } from '../../state/ui.ts';
import { formatCount, formatPercent } from '../../ui/format.ts';
import { useComposition, useMap } from './use-search-figures.ts';
import styles from './SearchPlace.module.css';

const METRIC = 'Fréchet distance to the target';

function Composition({ kept }: { readonly kept: KeptSearch }) {
  const composition = useComposition(kept);
  if (composition === undefined) return null;
  const { groupingId, title, choices, groups, parts } = composition;
  return (
    <CompositionFigure
      title={`Who is in pool, target and selection, by ${title.toLowerCase()}`}
      caption="Shares of images, unknown included. Counted after the search: the search is attribute-blind and read no attribute of the pool."
      fileName={`search-composition-${groupingId.replaceAll(/\W+/g, '-')}`}
      provenance={() => searchProvenance(kept)}
      counted="images"
      groups={groups}
      parts={parts}
      controls={
        <Select
          aria-label="Grouping of the composition"
          size="xs"
          data={choices}
          value={groupingId}
          allowDeselect={false}
          onChange={(id) =>
            update('search', (search) => ({ ...search, compositionGroupingId: id ?? groupingId }))
          }
        />
      }
    />
  );
}

function FeatureMap({ kept }: { readonly kept: KeptSearch }) {
  const { series, idsOf, shareFrac } = useMap(kept);
  const records = useStore((state) => state.cohort.records);
  const indexById = useStore(selectIndexById);
  const [first, second] = shareFrac;
  return (
    <ScatterFigure
      title="Pool, target and selection in feature space"
      caption={`First two principal components of the features of pool and target together: ${formatPercent(first)} and ${formatPercent(second)} of the variance. Distances are measured in all ${kept.result.featureCount} dimensions, not here. A click opens the image.`}
      fileName="search-map"
      provenance={() => searchProvenance(kept)}
      xLabel="First principal component"
      yLabel="Second principal component"
      series={series}
      pointName={({ role }, index) => {
        const id = idsOf[role][index];
        const record = id === undefined ? undefined : records[indexById.get(id) ?? -1];
        return record?.name ?? 'not in the cohort';
      }}
      onSelect={({ role }, index) => update('ui', (ui) => withInspection(ui, idsOf[role], index))}
    />
  );
}

/** All figures. */
export function Figures({ kept }: { readonly kept: KeptSearch }) {
  const { result, settings } = kept;
  return (
    <div className={styles['figures']}>
      <div className={styles['wide']}>
        <ClusterFigure
          title={`Distance of ${formatCount(result.clusters.length)} clusters to the target, and what was selected from them`}
          caption={`Fréchet distance of each cluster's features to those of ${formatCount(result.targetCount)} target samples (${kept.targetLabel}); covariances divided by n − 1. ${settings.clustering}, seed ${settings.seed}. Small clusters have a larger upward bias.`}
          fileName="search-clusters"
          provenance={() => searchProvenance(kept)}
          metric={METRIC}
          counted="images"
          clusters={result.clusters}
        />
      </div>
      <DistributionFigure
        title="The selection among random draws of the same size"
        caption={`Fréchet distance to ${formatCount(result.targetCount)} target samples.`}
        fileName="search-random-draws"
        provenance={() => searchProvenance(kept)}
        metric={METRIC}
        selectionSize={result.selected.length}
        selectionDistance={result.selectionDistance}
        poolDistance={result.poolDistance}
        drawDistances={result.drawDistances}
      />
      <Composition kept={kept} />
      <div className={styles['wide']}>
        <FeatureMap kept={kept} />
      </div>
    </div>
  );
}
