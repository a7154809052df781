/**
 * The cohort's work: reads dropped and picked files, makes the demo cohort, brings back an earlier visit, clears.
 * Runs queue: a second folder waits for the first instead of stopping it.
 */
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import { readSplitList } from '../../core/formats/split-list.ts';
import { splitOfListName } from '../../core/cohort/splits.ts';
import type { DemoCohortSpec } from '../../workers/api/data.ts';
import {
  type CohortState,
  withAttached,
  withDemo,
  withoutRecords,
  withRecords,
  withRejected,
  withSplitList,
} from '../state/cohort.ts';
import { store, update } from '../state/store.ts';
import { formatCounted } from '../ui/format.ts';
import type { FoundFile, FoundItems } from './dropped-files.ts';
import { routeDrop } from './drop-router.ts';
import { describeIngest, type IngestBatch, type IngestOptions, type IngestSummary } from './ingest.ts';
import { cancelJob, startJob } from './jobs.ts';
import { rememberFolders, reopenFolders } from './remembered-folders.ts';
import { cohortFiles, sampleDirectory } from './workers.ts';

/** Kinds of jobs begin with this word; every run has a kind of its own, so that none stops another. */
const INGEST = 'ingest';

let runCount = 0;
let previousRun: Promise<unknown> = Promise.resolve();
let restoring: Promise<void> | undefined;

function patch(change: (cohort: CohortState) => CohortState): void {
  update('cohort', change);
}

function placed(records: IngestBatch['records']) {
  return records.map((record) => ({ record, shard: sampleDirectory.get(record.id)?.shard ?? 0 }));
}

function takeBatch({ records, attached, rejected }: IngestBatch): void {
  patch((cohort) => withRejected(withAttached(withRecords(cohort, placed(records)), attached), rejected));
}

/** Runs after those before it and after the restoring; its job can be cancelled while it waits. */
function startRun(
  label: string,
  read: (options: IngestOptions) => Promise<IngestSummary>,
  describe: (summary: IngestSummary) => string = describeIngest,
): Promise<void> {
  runCount++;
  const before = previousRun;
  let summary: IngestSummary | undefined;
  const { end } = startJob({
    kind: `${INGEST}-${runCount}`,
    label,
    place: 'cohort',
    async run(signal, report) {
      report({ phase: 'Waiting for the files before', done: 0, total: 0, unit: 'files' });
      await Promise.all([before, restoreCohort()]);
      signal.throwIfAborted();
      report({ phase: 'Listing files', done: 0, total: 0, unit: 'files' });
      summary = await read({ signal, report, onBatch: takeBatch });
      signal.throwIfAborted();
    },
    summarize: () => (summary === undefined ? '' : describe(summary)),
  });
  previousRun = end;
  return end.then(() => undefined);
}

async function readList({ path, file }: FoundFile): Promise<void> {
  const split = splitOfListName(file.name);
  if (split === undefined) return patch(passOver(path));
  try {
    const names = readSplitList(await file.text());
    patch((cohort) => withSplitList(cohort, split, names));
  } catch (error) {
    patch((cohort) => withRejected(cohort, [{ path, sizeBytes: file.size, error: serializeError(error) }]));
  }
}

function passOver(path: string): (cohort: CohortState) => CohortState {
  return (cohort) => ({ ...cohort, passedOver: [...new Set([...cohort.passedOver, path])] });
}

function readItems(items: FoundItems, label = 'Reading files'): Promise<void> {
  let listCount = 0;
  return startRun(
    label,
    async (options) => {
      const lists: Promise<void>[] = [];
      let remembering: Promise<void> | undefined;
      const remember = () => (remembering ??= items.folders().then(rememberFolders));
      const summary = await cohortFiles.ingestFiles(items.files, {
        ...options,
        onBatch(batch) {
          options.onBatch(batch);
          // Not at the end: a reload in between keeps what was read, and needs its folder again. Errors are told at the end.
          if (batch.records.length + batch.attached.length > 0) remember().catch(() => undefined);
        },
        onOther(found, kind) {
          if (kind !== 'split-list') return patch(passOver(found.path));
          listCount++;
          lists.push(readList(found));
        },
      });
      await Promise.all(lists);
      if (summary.foundCount === 0 && listCount === 0 && !summary.cancelled) {
        throw new WorkbenchError(
          'cohort/no-samples',
          'None of the files that were dropped is a sample (.npz).',
        );
      }
      await remember();
      return summary;
    },
    (summary) =>
      listCount === 0
        ? describeIngest(summary)
        : `${describeIngest(summary)} ${formatCounted(listCount, 'list')} of names read.`,
  );
}

/** Takes what was dropped or picked, on whatever page: each file goes to the place it is for. */
export function takeFiles(items: FoundItems): Promise<void> {
  return routeDrop(items, readItems);
}

/** Makes the demo cohort and adds it. */
export function tryDemoCohort(spec: DemoCohortSpec): Promise<void> {
  patch((cohort) => withDemo(cohort, spec));
  return startRun('Making the demo cohort', (options) => cohortFiles.ingestDemo(spec, options));
}

async function restore(): Promise<void> {
  const summary = await cohortFiles.restoreCohort((records) => {
    patch((cohort) => {
      const withoutFile = new Set(cohort.withoutFile);
      for (const { id } of records) if (sampleDirectory.get(id)?.isAttached !== true) withoutFile.add(id);
      return { ...withRecords(cohort, placed(records)), withoutFile };
    });
  });
  patch((cohort) => ({
    ...cohort,
    demo: cohort.records.length === 0 && runCount === 0 ? null : cohort.demo,
    storage: {
      ...cohort.storage,
      phase: 'ready',
      persistent: summary.persistent,
      folders: summary.waitingCount > 0 ? (summary.folders?.names ?? []) : [],
    },
  }));
  if (summary.waitingCount > 0 && summary.folders?.granted === true) void reopenCohortFolders();
}

/** Brings back the samples of an earlier visit, once; later calls wait for the same. Never rejects. */
export function restoreCohort(): Promise<void> {
  restoring ??= restore().catch(() => {
    patch((cohort) => ({
      ...cohort,
      storage: { phase: 'ready', expectsRecords: false, persistent: false, folders: [] },
    }));
  });
  return restoring;
}

/** Opens the folders of an earlier visit again; the browser may ask the person. False when that was refused. */
export async function reopenCohortFolders(): Promise<boolean> {
  const items = await reopenFolders();
  if (items === undefined) return false;
  void readItems(items, 'Opening the folders again');
  return true;
}

/** Stops what is being read and forgets all samples; the person's own files are not touched. */
export async function clearCohort(): Promise<void> {
  for (const job of store.getState().jobs.running) {
    if (job.place === 'cohort' && job.kind.startsWith(INGEST)) cancelJob(job.id);
  }
  await previousRun;
  await cohortFiles.forgetSamples();
  update('ui', (ui) => ({ ...ui, inspection: null }));
  patch(withoutRecords);
}
