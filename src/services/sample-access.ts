/** Reads samples wherever they are: the page asks by id, each data worker answers for its own. */
import type { SampleId } from '../../core/cohort/sample.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Report } from '../../core/tasks.ts';
import type {
  DataWorker,
  IngestFile,
  PredictionResult,
  SamplePixels,
  SegmentationPreprocess,
  Thumbnail,
} from '../../workers/api/data.ts';
import type { DataPool } from './data-pool.ts';
import type { SampleDirectory } from './sample-directory.ts';

/** Predictions scored in one message: small enough for a quick cancel. */
const CHUNK_LENGTH = 8;

/** A prediction made elsewhere, and the sample that the page matched it with by name. */
export type MatchedPrediction = IngestFile & { readonly id: SampleId };

export interface SampleAccess {
  /** Thumbnails of the samples that are in the cohort, in the order asked for. */
  thumbnails(ids: readonly SampleId[]): Promise<readonly Thumbnail[]>;
  /** A sample at full size. Errors: `sample/not-loaded`, `file/changed`, `file/unreadable`. */
  readSample(id: SampleId): Promise<SamplePixels>;
  /** Scores predictions made elsewhere and keeps their masks under `runId`. Errors: the signal's reason. */
  scorePredictions(
    spec: {
      readonly runId: string;
      readonly files: readonly MatchedPrediction[];
      readonly preprocess: SegmentationPreprocess;
    },
    signal: AbortSignal,
    report: Report,
  ): Promise<readonly PredictionResult[]>;
}

/** Access through the pool to the samples of the directory. */
export function createSampleAccess(pool: DataPool, directory: SampleDirectory): SampleAccess {
  /** Items by the shard of their sample; those without one are left out. */
  function byShard<Item extends { readonly id: SampleId }>(items: readonly Item[]): [number, Item[]][] {
    const groups = new Map<number, Item[]>();
    for (const item of items) {
      const shard = directory.get(item.id)?.shard;
      if (shard === undefined) continue;
      const group = groups.get(shard);
      if (group === undefined) groups.set(shard, [item]);
      else group.push(item);
    }
    return [...groups];
  }

  async function workerOf(shard: number): Promise<DataWorker> {
    return (await pool.shard(shard)).worker;
  }

  return {
    async thumbnails(ids) {
      const parts = await Promise.all(
        byShard(ids.map((id) => ({ id }))).map(async ([shard, wanted]) =>
          (await workerOf(shard)).thumbnails(wanted.map(({ id }) => id)),
        ),
      );
      const found = new Map(parts.flat().map((thumbnail) => [thumbnail.id, thumbnail]));
      return ids.flatMap((id) => found.get(id) ?? []);
    },

    async readSample(id) {
      const entry = directory.get(id);
      if (entry === undefined) {
        throw new WorkbenchError('sample/not-loaded', `The sample ${id.slice(0, 12)} is not in this cohort.`);
      }
      return (await workerOf(entry.shard)).readSample(id);
    },

    async scorePredictions({ runId, files, preprocess }, signal, report) {
      const results: PredictionResult[] = [];
      await Promise.all(
        byShard(files).map(async ([shard, own]) => {
          for (let at = 0; at < own.length; at += CHUNK_LENGTH) {
            signal.throwIfAborted();
            const worker = await workerOf(shard);
            results.push(
              ...(await worker.scorePredictions(runId, own.slice(at, at + CHUNK_LENGTH), preprocess)),
            );
            report({
              phase: 'Scoring predictions',
              done: results.length,
              total: files.length,
              unit: 'files',
            });
          }
        }),
      );
      return results;
    },
  };
}
