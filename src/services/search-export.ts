/** Exports of a search: the list for the published loader, scores as CSV, everything as JSON, feature vectors as NPZ. */
import { writeNpz } from '../../core/formats/npz.ts';
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import { readFeatures } from '../../workers/infer/feature-cache.ts';
import { serializeCsv } from '../charts/export-table.ts';
import { saveFile } from '../charts/export.ts';
import type { KeptSearch } from '../state/search.ts';
import { store } from '../state/store.ts';
import { createProvenance, type Provenance, provenanceComment } from './provenance.ts';
import { settingsForExport } from './search.ts';

export type SearchExport = 'list' | 'csv' | 'json' | 'features';

/** Rank, identity, cluster and cluster score of every selected sample, in the order of selection. */
export interface SelectedSample {
  readonly rank: number;
  readonly id: SampleId;
  /** File name; empty where the sample is no longer in the cohort. */
  readonly name: string;
  readonly cluster: number;
  readonly clusterDistance: number | null;
  readonly logWeight: number | null;
}

/** The selected samples with their scores. */
export function selectedSamples(
  { result, pool }: KeptSearch,
  records: readonly SampleRecord[],
): readonly SelectedSample[] {
  const names = new Map(records.map(({ id, name }) => [id, name]));
  const places = new Map(pool.map((id, place) => [id, place]));
  return result.selected.map((id, rank) => {
    const cluster = result.assignment[places.get(id) ?? -1] ?? -1;
    const { distance = null, logWeight = null } = result.clusters[cluster] ?? {};
    return { rank: rank + 1, id, name: names.get(id) ?? '', cluster, clusterDistance: distance, logWeight };
  });
}

/** Provenance of a search and its figures: cohort, filter and version are those of the search, not of the moment it is exported. */
export async function searchProvenance(kept: KeptSearch): Promise<Provenance> {
  const { origin, settings } = kept;
  const now = await createProvenance({
    model: { id: origin.modelId, name: origin.modelName },
    settings: settingsForExport(kept),
    seed: settings.seed,
  });
  return {
    ...now,
    software: origin.softwareVersion,
    createdAt: new Date(kept.startedMs).toISOString(),
    cohort: {
      hash: origin.cohortHash,
      count: origin.cohortCount,
      demo: now.cohort.hash === origin.cohortHash ? now.cohort.demo : null,
    },
    filter: { text: origin.filterText, passingCount: origin.filterPassingCount },
  };
}

function csvOf(samples: readonly SelectedSample[]): string {
  return serializeCsv({
    columns: [
      { key: 'rank', label: 'Rank', kind: 'count' },
      { key: 'name', label: 'File', kind: 'text' },
      { key: 'sample_id', label: 'SHA-256', kind: 'text' },
      { key: 'cluster', label: 'Cluster', kind: 'count' },
      { key: 'cluster_frechet_distance', label: 'Fréchet distance of the cluster', kind: 'number' },
      { key: 'cluster_log_weight', label: 'log softmax(-distance)', kind: 'number' },
    ],
    rows: samples.map(({ rank, name, id, cluster, clusterDistance, logWeight }) => ({
      rank,
      name,
      sample_id: id,
      cluster,
      cluster_frechet_distance: clusterDistance,
      cluster_log_weight: logWeight,
    })),
  });
}

/** Plain JSON: typed arrays as arrays. */
function jsonOf(kept: KeptSearch, samples: readonly SelectedSample[], provenance: Provenance): string {
  const { result } = kept;
  const { assignment, map: _map, ...numbers } = result;
  return JSON.stringify(
    {
      provenance,
      name: kept.name,
      attributeBlind:
        'The search read feature vectors and sample ids only; recorded attributes chose the target and entered nothing else.',
      pool: kept.pool,
      target: kept.target,
      heldOut: kept.heldOut,
      features: kept.features,
      result: { ...numbers, assignment: Array.from(assignment) },
      selection: samples,
    },
    null,
    1,
  );
}

/** The vectors that the distances were computed from, pool first. Errors: `search/features-missing`. */
async function featuresOf({ result, pool, target }: KeptSearch): Promise<Uint8Array<ArrayBuffer>> {
  const ids = [...pool, ...target];
  const { data, featureCount } = await readFeatures(result.spec.featureSetId, ids);
  const selected = new Set(result.selected);
  const flags = (isSet: (id: SampleId, index: number) => boolean) => ({
    shape: [ids.length],
    values: Uint8Array.from(ids, (id, index) => (isSet(id, index) ? 1 : 0)),
  });
  return writeNpz({
    features: { shape: [ids.length, featureCount], values: data },
    sample_id: { shape: [ids.length], values: ids },
    is_target: flags((_id, index) => index >= pool.length),
    is_selected: flags((id, index) => index < pool.length && selected.has(id)),
  });
}

/** Saves one export of a search. Errors: `search/features-missing` for the vectors. */
export async function exportSearch(kept: KeptSearch, what: SearchExport): Promise<void> {
  const samples = selectedSamples(kept, store.getState().cohort.records);
  const { strategy, selectionSize, seed } = kept.settings;
  const name = `equiseg-train-${strategy}-n${selectionSize}-seed${seed}`;
  if (what === 'features') {
    saveFile(`${name}-features.npz`, new Blob([await featuresOf(kept)], { type: 'application/zip' }));
    return;
  }
  if (what === 'list') {
    // Names only: the published loader takes every line for a file name. A name is unknown only when its sample was cleared.
    const lines = samples.map((sample) => (sample.name === '' ? sample.id : sample.name));
    saveFile(`${name}.txt`, new Blob([`${lines.join('\n')}\n`], { type: 'text/plain;charset=utf-8' }));
    return;
  }
  const provenance = await searchProvenance(kept);
  if (what === 'csv') {
    const text = provenanceComment(provenance) + csvOf(samples);
    saveFile(`${name}.csv`, new Blob([text], { type: 'text/csv;charset=utf-8' }));
    return;
  }
  saveFile(`${name}.json`, new Blob([jsonOf(kept, samples, provenance)], { type: 'application/json' }));
}
