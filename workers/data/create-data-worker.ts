/** The data worker's api over its store. Whatever it does for one call is in the files beside this one. */
import { invariant } from '../../core/errors.ts';
import type { DataWorker, SampleSource } from '../api/data.ts';
import { exposeApi } from '../rpc/expose-api.ts';
import { attachFiles } from './attach.ts';
import { ingestItems, itemOfFile, itemsOfDemo } from './ingest.ts';
import { prepareBatch } from './prepare.ts';
import type { SampleFiles } from './random-access-file.ts';
import { readPixels } from './read-stored.ts';
import { createSampleCache } from './sample-cache.ts';
import { openSampleStore, type SampleStore } from './sample-store.ts';
import { type OpenPredictions, scorePredictions } from './score-predictions.ts';

/** A data worker whose files are opened by `openFiles` and which keeps dropped predictions through `openPredictions`. Errors: `internal/invariant` for a call before `open`. */
export function createDataWorker(
  openFiles: (shard: number, shardCount: number) => Promise<SampleFiles>,
  openPredictions: OpenPredictions,
): DataWorker {
  let opened: SampleStore | undefined;
  let ownShard = 0;
  const cache = createSampleCache();

  function store(): SampleStore {
    invariant(opened, 'a data worker was used before it was opened.');
    return opened;
  }

  const source: SampleSource = {
    prepare: (ids, preprocess, augmentations) => prepareBatch(store(), cache, ids, preprocess, augmentations),
  };

  return {
    async open(shard, shardCount) {
      ownShard = shard;
      opened ??= openSampleStore(await openFiles(shard, shardCount));
      return { persistent: opened.persistent, recordCount: opened.records().length };
    },
    restore: (from, limit) =>
      Promise.resolve(
        store()
          .records()
          .slice(from, from + limit),
      ),
    ingest: (files) => ingestItems(store(), files.map(itemOfFile)),
    ingestDemo: async (cohort, indices) => ingestItems(store(), itemsOfDemo(cohort, indices)),
    attach: (files) => attachFiles(store(), files),
    attached() {
      const all = store().records();
      return Promise.resolve(all.map(({ id }) => id).filter((id) => store().origin(id) !== undefined));
    },
    forget(ids) {
      store().forget(ids);
      cache.clear();
      return Promise.resolve();
    },
    close() {
      store().close();
      return Promise.resolve();
    },
    thumbnails(ids) {
      const known = ids.filter((id) => store().record(id) !== undefined);
      return Promise.resolve(known.map((id) => store().thumbnail(id)));
    },
    readSample: (id) => readPixels(store(), id),
    serve(port) {
      exposeApi(source, port);
      return Promise.resolve();
    },
    async scorePredictions(runId, files, preprocess) {
      const kept = await openPredictions(runId, `data-${ownShard}`);
      try {
        return await scorePredictions(store(), kept, files, preprocess);
      } finally {
        await kept.close();
      }
    },
  };
}
