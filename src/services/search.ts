/** Runs a search: features in the compute worker, everything else in the analysis worker, as one job; keeps what comes out. */
import type { SampleId } from '../../core/cohort/sample.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Report } from '../../core/tasks.ts';
import type { Strategy } from '../../workers/api/analysis.ts';
import type { FeatureReport } from '../../workers/api/compute.ts';
import type { FeaturePreprocess } from '../../workers/api/data.ts';
import {
  type KeptSearch,
  type SearchSettings,
  withNewSearch,
  withoutSearch,
  withSearchNamed,
  withUndeletedSearch,
} from '../state/search.ts';
import { type SearchPlan, selectSearchPlan } from '../state/search-plan.ts';
import { store, update } from '../state/store.ts';
import { formatCount, formatCounted } from '../ui/format.ts';
import { startJob } from './jobs.ts';
import { activeModel } from './models.ts';
import { createProvenance, type Provenance } from './provenance.ts';
import { removeStoredSearch, storeSearch } from './search-store.ts';
import { analysisWorker, sampleDirectory } from './workers.ts';

/** Input side of an extractor that takes any: that of InceptionV3. */
const DEFAULT_SIDE = 299;

const STRATEGY_WORDS: Readonly<Record<Strategy, string>> = {
  greedy: 'Greedy',
  weighted: 'Weighted',
  aggressive: 'Aggressive',
  random: 'Random',
};

/** The settings that a kept search was really run with, in the words of an export. */
export function settingsForExport(kept: KeptSearch) {
  const { settings, poolLabel, targetLabel, origin, pool, target, heldOut } = kept;
  return {
    pool: poolLabel,
    poolCount: pool.length,
    target: targetLabel,
    targetCount: target.length,
    heldOutCount: heldOut.length,
    halvesSeed: settings.targetPart === 'whole' ? null : settings.halvesSeed,
    clustering: settings.clustering,
    clusterCount: settings.clusterCount,
    selectionSize: settings.selectionSize,
    strategy: settings.strategy,
    drawCount: settings.drawCount,
    featurePreset: origin.preprocess.preset,
    featureSide: origin.preprocess.side,
  };
}

/** Says in the phase how many vectors need no computing. */
function withCachedCount(report: Report): Report {
  let cached: number | undefined;
  return (progress) => {
    cached ??= progress.done;
    report({ ...progress, phase: cached === 0 ? progress.phase : `${progress.phase} (${cached} cached)` });
  };
}

/** Waits for something that cannot be cancelled itself, but no longer than until the signal. */
function unlessAborted<Value>(waited: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    waited.then(resolve, reject);
  });
}

interface Ready {
  readonly pool: readonly SampleId[];
  readonly target: readonly SampleId[];
}

/** What is left without the samples that have no features. Errors: `search/*`. */
function withoutFailures(
  { pool, target }: SearchPlan,
  features: FeatureReport,
  settings: SearchSettings,
): Ready {
  const [first] = features.failures;
  if (first === undefined) return { pool, target };
  const failed = new Set(features.failures.map(({ id }) => id));
  const left = {
    pool: pool.filter((id) => !failed.has(id)),
    target: target.filter((id) => !failed.has(id)),
  };
  if (left.target.length < 2 || left.pool.length < settings.selectionSize) {
    throw new WorkbenchError(
      first.error.code,
      `${failed.size} samples have no features, and too few are left. The first: ${first.error.message}`,
      first.error.hint === undefined ? {} : { hint: first.error.hint },
    );
  }
  return left;
}

async function runSearchJob(
  plan: SearchPlan,
  asked: SearchSettings,
  { software, cohort, filter }: Provenance,
  signal: AbortSignal,
  report: Report,
) {
  const startedMs = Date.now();
  const all = [...plan.pool, ...plan.target];
  report({ phase: 'Waiting for the models', done: 0, total: 1, unit: 'models' });
  const { worker, model } = await unlessAborted(activeModel('extractor'), signal);
  signal.throwIfAborted();
  const preprocess: FeaturePreprocess = {
    kind: 'features',
    side: model.input.side ?? DEFAULT_SIDE,
    preset: asked.preset,
  };
  const samples = sampleDirectory.refs(all);
  const features = await worker.extractFeatures(
    { modelId: model.id, preprocess, samples },
    signal,
    withCachedCount(report),
  );
  const ready = withoutFailures(plan, features, asked);
  const settings: SearchSettings = {
    ...asked,
    clusterCount: Math.min(plan.clusterCount, ready.pool.length),
  };
  const result = await analysisWorker().search(
    {
      featureSetId: features.featureSetId,
      ...ready,
      clustering: settings.clustering,
      clusterCount: settings.clusterCount,
      selectionSize: settings.selectionSize,
      strategy: settings.strategy,
      seed: settings.seed,
      drawCount: settings.drawCount,
    },
    signal,
    report,
  );
  const kept: KeptSearch = {
    id: crypto.randomUUID(),
    name: `${STRATEGY_WORDS[settings.strategy]}, N = ${settings.selectionSize}, seed ${settings.seed}`,
    startedMs,
    settings,
    targetLabel: plan.targetLabel,
    poolLabel: plan.poolLabel,
    ...ready,
    heldOut: plan.heldOut,
    sharedWithTestCount: plan.sharedWithTestCount,
    features: {
      computed: features.computed,
      fromCache: features.fromCache,
      failures: features.failures.map(({ id, error }) => ({ id, code: error.code, message: error.message })),
    },
    result,
    origin: {
      softwareVersion: software,
      cohortHash: cohort.hash,
      cohortCount: cohort.count,
      filterText: filter.text,
      filterPassingCount: filter.passingCount,
      modelId: model.id,
      modelName: model.name,
      preprocess,
    },
  };
  signal.throwIfAborted();
  return kept;
}

/** Starts the search that the present settings describe. Called only when the plan has no problem. */
export function startSearch(): void {
  const state = store.getState();
  const plan = selectSearchPlan(state);
  const { settings } = state.search;
  // Of the state that the plan was made from: the cohort and its filter may change while the search runs.
  const provenance = createProvenance();
  const { end } = startJob<KeptSearch>({
    kind: 'search',
    label: `Searching ${formatCounted(plan.pool.length, 'sample')} for ${formatCount(settings.selectionSize)}`,
    place: 'search',
    run: async (signal, report) => runSearchJob(plan, settings, await provenance, signal, report),
    summarize(outcome) {
      if (outcome.status === 'cancelled')
        return 'Features computed so far are kept; earlier results are unchanged.';
      if (outcome.status === 'failed') return '';
      const { selectionDistance, selected } = outcome.value.result;
      return `${formatCount(selected.length)} selected, Fréchet distance ${selectionDistance.toPrecision(4)}.`;
    },
  });
  void end.then((outcome) => {
    if (outcome.status !== 'done') return;
    update('search', (search) => withNewSearch(search, outcome.value));
    void storeSearch(outcome.value);
  });
}

/** Names a selection. */
export function renameSearch(id: string, name: string): void {
  update('search', (search) => withSearchNamed(search, id, name));
  const kept = store.getState().search.kept.find((one) => one.id === id);
  if (kept !== undefined) void storeSearch(kept);
}

/** Deletes a result; `undoDelete` brings it back. */
export function deleteSearch(id: string): void {
  update('search', (search) => withoutSearch(search, id));
  void removeStoredSearch(id);
}

/** Brings the result deleted last back. */
export function undoDelete(): void {
  const { deleted } = store.getState().search;
  update('search', withUndeletedSearch);
  if (deleted !== null) void storeSearch(deleted);
}

/** Shows a kept result. */
export function showSearch(id: string): void {
  update('search', (search) => ({ ...search, shownId: id }));
}
