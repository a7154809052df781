/** The settings column of Search: pool, target, features, clusters, selection, comparison. */
import { CLUSTERINGS, MAX_DRAWS, MIN_SELECTION, PUBLISHED_SIZES, STRATEGIES } from '../../state/search.ts';
import { selectSearchPlan } from '../../state/search-plan.ts';
import { useStore } from '../../state/store.ts';
import { Notice } from '../../ui/Notice.tsx';
import { ChoiceSetting, NumberSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import { RoleSetting } from '../models/ModelSettings.tsx';
import { PoolAndTarget } from './PoolAndTarget.tsx';
import { SizePresets } from './SizePresets.tsx';
import { changeSearchSettings, useSearchSetting } from './use-settings.ts';

const PRESETS = [
  { value: 'full', label: 'Whole image, bilinear' },
  { value: 'via-64', label: 'Through 64 × 64, as the published code' },
  { value: 'clean', label: 'Antialiased bicubic (clean-fid)' },
] as const;
const CLUSTERING_LABELS = {
  'k-means': 'k-means (paper)',
  'balanced-k-means': 'Balanced k-means (published code)',
};
const STRATEGY_LABELS = {
  greedy: 'Greedy: near and small clusters first',
  weighted: 'Weighted: drawn with the weights of clusters',
  aggressive: 'Aggressive: best union of clusters',
  random: 'Random: the baseline',
} as const;

function FeaturesAndClusters() {
  const of = useSearchSetting();
  const { clusterNote, problem } = useStore(selectSearchPlan);
  return (
    <SettingsGroup title="Features and clusters">
      <RoleSetting
        modelRole="extractor"
        label="Extractor"
        reason="Turns images into feature vectors. Distances of different extractors do not compare. Add others in Models."
      />
      <ChoiceSetting
        {...of('preset')}
        label="Image preparation"
        reason="How an image becomes the extractor's input. The published code shrinks to 64 × 64 first."
        choices={PRESETS}
      />
      <ChoiceSetting
        {...of('clustering')}
        label="Clustering"
        reason="The paper says k-means; the published code makes clusters of equal size."
        choices={CLUSTERINGS.map((value) => ({ value, label: CLUSTERING_LABELS[value] }))}
      />
      <NumberSetting
        {...of('clusterCount')}
        label="Clusters K"
        unit="clusters"
        reason="Published: 100 clusters for a pool of 8,000. A small pool is divided into a tenth of its size."
        min={1}
        max={1000}
      />
      {problem === undefined && clusterNote !== undefined && <Notice tone="note">{clusterNote}</Notice>}
    </SettingsGroup>
  );
}

function SelectionAndComparison() {
  const of = useSearchSetting();
  const { sizeProblem, pool } = useStore(selectSearchPlan);
  return (
    <SettingsGroup title="Selection and comparison">
      <NumberSetting
        {...of('selectionSize')}
        label="Selection size N"
        unit="samples"
        reason="How many samples of the pool to select. Published: 100, 500 and 1,000."
        min={MIN_SELECTION}
        max={Math.max(MIN_SELECTION, pool.length)}
        problem={sizeProblem}
      />
      <SizePresets
        sizes={PUBLISHED_SIZES}
        poolCount={pool.length}
        value={of('selectionSize').value}
        onChoose={changeSearchSettings}
      />
      <ChoiceSetting
        {...of('strategy')}
        label="Strategy"
        reason="Greedy made the published table. As in the published code it orders clusters by −distance − log(size), so that a small cluster can come before a nearer, larger one. Weighted is the paper's Algorithm 1: draws without replacement, where each sample's weight is its cluster's, softmax(−distance), divided by the cluster's size."
        choices={STRATEGIES.map((value) => ({ value, label: STRATEGY_LABELS[value] }))}
      />
      <NumberSetting
        {...of('seed')}
        label="Seed"
        reason="Clustering, selection and random draws follow from it: the same seed gives the same result."
        min={0}
        max={4_294_967_295}
      />
      <NumberSetting
        {...of('drawCount')}
        label="Random draws"
        unit="draws"
        reason="Selections of the same size drawn at random: how unusual is the distance that was found?"
        min={0}
        max={MAX_DRAWS}
      />
    </SettingsGroup>
  );
}

/** All settings of the next search. */
export function SearchSettings() {
  return (
    <>
      <PoolAndTarget />
      <FeaturesAndClusters />
      <SelectionAndComparison />
    </>
  );
}
