/** Pulls prepared samples from the data workers, a few batches ahead, so that reading and computing overlap. */
import type { SampleId } from '../../core/cohort/sample.ts';
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import type { SampleRef } from '../api/compute.ts';
import type { PreparedBatch, Preprocess, SampleSource } from '../api/data.ts';

/** Batches asked for before they are needed: one being read by each of two workers, bounded memory. */
const AHEAD_COUNT = 2;

interface Request {
  readonly shard: number;
  readonly ids: readonly SampleId[];
}

/** Batches of one shard each, the shards in turn, so that neighbouring batches are read in parallel. */
export function planRequests(samples: readonly SampleRef[], batchSize: number): Request[] {
  const byShard = new Map<number, SampleId[]>();
  for (const { id, shard } of samples) {
    const ids = byShard.get(shard);
    if (ids === undefined) byShard.set(shard, [id]);
    else ids.push(id);
  }
  const requests: Request[] = [];
  for (let from = 0; from < samples.length; from += batchSize) {
    for (const [shard, ids] of byShard) {
      const part = ids.slice(from, from + batchSize);
      if (part.length > 0) requests.push({ shard, ids: part });
    }
  }
  return requests;
}

/** A batch of which no sample could be had, for the reason given. */
function failedBatch(ids: readonly SampleId[], cause: unknown): PreparedBatch {
  const error = serializeError(cause);
  return {
    ids: [],
    images: new Float32Array(),
    masks: new Uint8Array(),
    frames: [],
    failures: ids.map((id) => ({ id, error })),
  };
}

/**
 * The samples as prepared batches. A sample or a data worker that fails is part of a batch's failures, never an error.
 * Errors: the signal's reason, between batches.
 */
export async function* pullBatches(
  sources: ReadonlyMap<number, SampleSource>,
  samples: readonly SampleRef[],
  preprocess: Preprocess,
  batchSize: number,
  signal: AbortSignal,
): AsyncGenerator<PreparedBatch, void, undefined> {
  const request = async ({ shard, ids }: Request): Promise<PreparedBatch> => {
    try {
      const source = sources.get(shard);
      if (source === undefined) {
        throw new WorkbenchError('sample/not-loaded', 'The worker that has this sample is not connected.');
      }
      return await source.prepare(ids, preprocess);
    } catch (error) {
      return failedBatch(ids, error);
    }
  };
  const requests = planRequests(samples, batchSize);
  const ahead: Promise<PreparedBatch>[] = [];
  for (let next = 0; next < requests.length || ahead.length > 0;) {
    signal.throwIfAborted();
    while (ahead.length <= AHEAD_COUNT && next < requests.length) {
      ahead.push(request(requests[next++] as Request));
    }
    const batch = await (ahead.shift() as Promise<PreparedBatch>);
    signal.throwIfAborted();
    yield batch;
  }
}
