/** The settings column of Search: pool, target, features, clusters, selection, comparison. */
import {
  CLUSTERINGS,
  DEFAULT_SEARCH_SETTINGS as DEFAULTS,
  MAX_DRAWS,
  MIN_SELECTION,
  PUBLISHED_SIZES,
  type SearchSettings as Settings,
  STRATEGIES,
  withSearchSettings,
} from '../../state/search.ts';
import { selectSearchPlan } from '../../state/search-plan.ts';
import { update, useStore } from '../../state/store.ts';
import { Notice } from '../../ui/Notice.tsx';
import { ChoiceSetting, NumberSetting } from '../../ui/settings.tsx';
import { SettingsGroup } from '../../ui/SettingsGroup.tsx';
import { RoleSetting } from '../models/ModelSettings.tsx';
import { PoolAndTarget } from './PoolAndTarget.tsx';
import { SizePresets } from './SizePresets.tsx';

function change(part: Partial<Settings>): void {
  update('search', (search) => withSearchSettings(search, part));
}

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
  greedy: 'Greedy: nearest clusters first',
  weighted: 'Weighted: drawn by softmax of −distance',
  aggressive: 'Aggressive: best union of clusters',
  random: 'Random: the baseline',
} as const;

function FeaturesAndClusters() {
  const settings = useStore((state) => state.search.settings);
  const { clusterNote, problem } = useStore(selectSearchPlan);
  return (
    <SettingsGroup title="Features and clusters">
      <RoleSetting
        modelRole="extractor"
        label="Extractor"
        reason="Turns images into feature vectors. Distances of different extractors do not compare. Add others in Models."
      />
      <ChoiceSetting
        label="Image preparation"
        reason="How an image becomes the extractor's input. The published code shrinks to 64 × 64 first."
        value={settings.preset}
        defaultValue={DEFAULTS.preset}
        choices={PRESETS}
        onChange={(preset) => change({ preset })}
      />
      <ChoiceSetting
        label="Clustering"
        reason="The paper says k-means; the published code makes clusters of equal size."
        value={settings.clustering}
        defaultValue={DEFAULTS.clustering}
        choices={CLUSTERINGS.map((value) => ({ value, label: CLUSTERING_LABELS[value] }))}
        onChange={(clustering) => change({ clustering })}
      />
      <NumberSetting
        label="Clusters K"
        unit="clusters"
        reason="Published: 100 clusters for a pool of 8,000. A small pool is divided into a tenth of its size."
        value={settings.clusterCount}
        defaultValue={DEFAULTS.clusterCount}
        min={1}
        max={1000}
        onChange={(clusterCount) => change({ clusterCount })}
      />
      {problem === undefined && clusterNote !== undefined && <Notice tone="note">{clusterNote}</Notice>}
    </SettingsGroup>
  );
}

function SelectionAndComparison() {
  const settings = useStore((state) => state.search.settings);
  const { sizeProblem, pool } = useStore(selectSearchPlan);
  return (
    <SettingsGroup title="Selection and comparison">
      <NumberSetting
        label="Selection size N"
        unit="samples"
        reason="How many samples of the pool to select. Published: 100, 500 and 1,000."
        value={settings.selectionSize}
        defaultValue={DEFAULTS.selectionSize}
        min={MIN_SELECTION}
        max={Math.max(MIN_SELECTION, pool.length)}
        problem={sizeProblem}
        onChange={(selectionSize) => change({ selectionSize })}
      />
      <SizePresets
        sizes={PUBLISHED_SIZES}
        poolCount={pool.length}
        value={settings.selectionSize}
        onChoose={change}
      />
      <ChoiceSetting
        label="Strategy"
        reason="Greedy made the published table; weighted is the paper's Algorithm 1."
        value={settings.strategy}
        defaultValue={DEFAULTS.strategy}
        choices={STRATEGIES.map((value) => ({ value, label: STRATEGY_LABELS[value] }))}
        onChange={(strategy) => change({ strategy })}
      />
      <NumberSetting
        label="Seed"
        reason="Clustering, selection and random draws follow from it: the same seed gives the same result."
        value={settings.seed}
        defaultValue={DEFAULTS.seed}
        min={0}
        max={4_294_967_295}
        onChange={(seed) => change({ seed })}
      />
      <NumberSetting
        label="Random draws"
        unit="draws"
        reason="Selections of the same size drawn at random: how unusual is the distance that was found?"
        value={settings.drawCount}
        defaultValue={DEFAULTS.drawCount}
        min={0}
        max={MAX_DRAWS}
        onChange={(drawCount) => change({ drawCount })}
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
