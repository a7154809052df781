/** The loop on a device: the oracle's numbers, the same bits after going on from a checkpoint, and a device that is lost. */
import { describe, expect, it } from 'vitest';

import { BACKENDS, describeDifference } from '../../core/testing.ts';
import { requestGpu } from '../gpu/device.ts';
import { type CacheStorage, createMemoryStorage } from '../infer/cache-storage.ts';
import type { TrainSpec } from '../api/train.ts';
import { createLock } from '../infer/lock.ts';
import { prepareRun } from './prepare-run.ts';
import { createRunControl } from './run-control.ts';
import { isStep, isValidation, type RunLog } from './run-log.ts';
import { createRunStore } from './run-store.ts';
import { createTestModel, oracleDevice, TEST_SOURCE, testSpec } from './testing.ts';
import { trainRun } from './train-run.ts';
import { gpuTrainingDevice, type TrainingDevice } from './training-device.ts';

const SPEC = testSpec();

interface Outcome {
  readonly log: RunLog;
  readonly storage: CacheStorage;
}

/** Runs the test's run in a storage, with everything but the storage and the device made anew. */
async function runOn(
  device: TrainingDevice,
  spec: TrainSpec,
  storage: CacheStorage,
  atStep: (step: number) => void = () => undefined,
): Promise<Outcome> {
  const { signal } = new AbortController();
  const log: RunLog = { events: [], overlays: [] };
  const surroundings = {
    device,
    exclusive: createLock(),
    store: createRunStore(storage),
    sources: () => new Map([0, 1].map((shard) => [shard, TEST_SOURCE])),
    addModels: () => Promise.resolve([]),
  };
  const report = ({ phase, done }: { readonly phase: string; readonly done: number }) => {
    if (phase === 'Training') atStep(done);
  };
  await trainRun(spec, createTestModel(), surroundings, createRunControl(), log, signal, report);
  return { log, storage };
}

async function openDevice() {
  const gpu = await requestGpu((error) => {
    throw error;
  });
  return { gpu, device: gpuTrainingDevice(gpu) };
}

const numbersOf = ({ log }: Outcome) =>
  log.events
    .filter((event) => isStep(event) || isValidation(event))
    .map((event) => (isStep(event) ? { ...event, samplesPerSecond: 0 } : event));
const lossesOf = ({ log }: Outcome) => log.events.filter(isStep).map(({ loss }) => loss);

/** Two devices compile every kernel of the run, each for about a minute on a loaded machine. */
const TIMEOUT_MS = 600_000;

/** Bytes of a binding that do not hold all weights of the test's network together. */
const SMALL_BINDING_BYTES = 2 ** 14;

describe('a run on a device', () => {
  it(
    'gives the same bits whether its trainables lie in one page or in several',
    async () => {
      const short = { trainable: 'all', epochCount: 1, validateEverySteps: 0 } as const;
      const spec = testSpec(short, 'pages');
      const { gpu, device } = await openDevice();
      const paged = { ...device, limits: { ...device.limits, bindingBytes: SMALL_BINDING_BYTES } };
      const { sizes } = createTestModel();
      const pagesOn = (on: TrainingDevice) =>
        prepareRun(spec, sizes, on).plans.training.trainables?.pages.length;
      expect(pagesOn(device)).toBe(1);
      expect(pagesOn(paged)).toBeGreaterThan(2);
      const [whole, cut] = [
        await runOn(device, spec, createMemoryStorage()),
        await runOn(paged, spec, createMemoryStorage()),
      ];
      expect(lossesOf(cut)).toEqual(lossesOf(whole));
      const checkpointOf = ({ storage }: Outcome) => createRunStore(storage).checkpoint(spec.runId);
      expect(await checkpointOf(cut)).toEqual(await checkpointOf(whole));
      gpu.destroy();
    },
    TIMEOUT_MS,
  );

  it(
    'has the numbers of the oracle, and after the loss of its device goes on to the same bits on a new one',
    async () => {
      const first = await openDevice();
      const whole = await runOn(first.device, SPEC, createMemoryStorage());
      expect(lossesOf(whole)).toHaveLength(8);
      const oracle = await runOn(oracleDevice(), SPEC, createMemoryStorage());
      expect(describeDifference(lossesOf(whole), lossesOf(oracle), BACKENDS)).toBeUndefined();

      // The device goes away after step 6, and the last checkpoint is that of step 4.
      const storage = createMemoryStorage();
      const loss = runOn(first.device, SPEC, storage, (step) => {
        if (step === 6) first.gpu.destroy();
      });
      await expect(loss).rejects.toMatchObject({ code: 'gpu/device-lost' });
      const store = createRunStore(storage);
      expect(await store.find(SPEC.runId)).toMatchObject({ status: 'interrupted', checkpointStep: 4 });

      // Everything anew but the storage: device, engines, readers, orders.
      const second = await openDevice();
      const continued = await runOn(second.device, SPEC, storage);
      expect(numbersOf(continued)).toEqual(numbersOf(whole));
      expect(await store.checkpoint(SPEC.runId)).toEqual(
        await createRunStore(whole.storage).checkpoint(SPEC.runId),
      );
      second.gpu.destroy();
    },
    TIMEOUT_MS,
  );
});
