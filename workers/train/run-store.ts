/** Runs as they are kept between visits: a folder each, with the run's record, its events, its last checkpoint, its best weights and its last overlays. */
import type { GpuCheck, TrainEvent, TrainRun, ValidationOverlay } from '../api/train.ts';
import type { CacheStorage } from '../infer/cache-storage.ts';
import {
  type Checkpoint,
  decodeCheckpoint,
  decodeWeights,
  encodeCheckpoint,
  encodeWeights,
  type KeptWeights,
} from './checkpoint.ts';
import { decodeOverlays, encodeOverlays } from './overlay-file.ts';
import { readSlots, writeSlots } from './slots.ts';

/** Where the storage of runs lies among the private files of this page. */
export const RUNS_FOLDER = 'training';
/** Before the ids of runs in folder names, so that an id may be any name. */
const RUN = 'run-';
const CHECKS = 'gpu-checks';

export interface RunStore {
  /** Every run, the oldest first. */
  list(): Promise<readonly TrainRun[]>;
  find(runId: string): Promise<TrainRun | undefined>;
  write(run: TrainRun): Promise<void>;
  events(runId: string): Promise<readonly TrainEvent[]>;
  checkpoint(runId: string): Promise<Checkpoint | undefined>;
  /** Events first: those after the checkpoint's step count for nothing. */
  writeCheckpoint(runId: string, checkpoint: Checkpoint, events: readonly TrainEvent[]): Promise<void>;
  /** Best weights, or those of the last checkpoint. */
  weights(runId: string, which: 'best' | 'last'): Promise<KeptWeights | undefined>;
  writeBest(runId: string, weights: KeptWeights): Promise<void>;
  /** Of the last validation. */
  overlays(runId: string): Promise<readonly ValidationOverlay[]>;
  writeOverlays(runId: string, overlays: readonly ValidationOverlay[]): Promise<void>;
  remove(runId: string): Promise<void>;
  /** The last check of an adapter. */
  gpuCheck(adapter: string): Promise<GpuCheck | undefined>;
  writeGpuCheck(check: GpuCheck): Promise<void>;
}

const textBytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** Runs in a storage. What a crash left half-written is as if it had not been begun. */
export function createRunStore(storage: CacheStorage): RunStore {
  const read = (runId: string, name: string) => readSlots(storage, RUN + runId, name);
  const write = (runId: string, name: string, bytes: Uint8Array) =>
    writeSlots(storage, RUN + runId, name, bytes);
  const parse = async <T>(blob: Blob | undefined): Promise<T | undefined> =>
    blob === undefined ? undefined : (JSON.parse(await blob.text()) as T);
  const find = async (runId: string) => parse<TrainRun>(await read(runId, 'run'));

  return {
    find,
    async list() {
      const runs: TrainRun[] = [];
      for (const folder of await storage.folders()) {
        if (!folder.startsWith(RUN)) continue;
        const run = await find(folder.slice(RUN.length));
        if (run !== undefined) runs.push(run);
      }
      return runs.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
    },
    write: (run) => write(run.spec.runId, 'run', textBytes(run)),
    async events(runId) {
      return (await parse<readonly TrainEvent[]>(await read(runId, 'events'))) ?? [];
    },
    async checkpoint(runId) {
      const bytes = await read(runId, 'checkpoint');
      return bytes && decodeCheckpoint(bytes);
    },
    async writeCheckpoint(runId, checkpoint, events) {
      await write(runId, 'events', textBytes(events));
      await write(runId, 'checkpoint', encodeCheckpoint(checkpoint));
    },
    async weights(runId, which) {
      const bytes = await read(runId, which === 'best' ? 'best' : 'checkpoint');
      return bytes && decodeWeights(bytes);
    },
    writeBest: (runId, weights) => write(runId, 'best', encodeWeights(weights)),
    async overlays(runId) {
      const bytes = await read(runId, 'overlays');
      return bytes === undefined ? [] : decodeOverlays(bytes);
    },
    writeOverlays: (runId, overlays) => write(runId, 'overlays', encodeOverlays(overlays)),
    remove: (runId) => storage.remove(RUN + runId),
    async gpuCheck(adapter) {
      const checks = await parse<Readonly<Record<string, GpuCheck>>>(
        await readSlots(storage, CHECKS, 'checks'),
      );
      return checks?.[adapter];
    },
    async writeGpuCheck(check) {
      const checks = await parse<Readonly<Record<string, GpuCheck>>>(
        await readSlots(storage, CHECKS, 'checks'),
      );
      await writeSlots(storage, CHECKS, 'checks', textBytes({ ...checks, [check.adapter]: check }));
    },
  };
}
