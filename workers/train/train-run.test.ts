/** The loop with the oracle for an engine: what a run tells, keeps and leaves out, and that going on is not starting again. */
import { describe, expect, it } from 'vitest';

import type { SampleSource } from '../api/data.ts';
import type { TrainEvent, TrainSettings, TrainSpec } from '../api/train.ts';
import { createMemoryStorage, type CacheStorage } from '../infer/cache-storage.ts';
import { createLock, type Lock } from '../infer/lock.ts';
import { createRunControl, type RunControl } from './run-control.ts';
import { isStep, isValidation, type RunLog } from './run-log.ts';
import { createRunStore } from './run-store.ts';
import {
  createTestModel,
  MINIMAL_SAMED,
  oracleDevice,
  TEST_SOURCE,
  testSamples,
  testSpec,
} from './testing.ts';
import { trainRun } from './train-run.ts';
import type { TrainableModel } from './trainable-model.ts';
import type { TrainingDevice } from './training-device.ts';

const SOURCES: ReadonlyMap<number, SampleSource> = new Map([0, 1].map((shard) => [shard, TEST_SOURCE]));

interface Started {
  readonly storage?: CacheStorage;
  readonly device?: TrainingDevice;
  readonly model?: TrainableModel;
  readonly control?: RunControl;
  readonly signal?: AbortSignal;
  readonly exclusive?: Lock;
  readonly report?: (done: number) => void;
}

/** Runs a spec in a storage. */
function start(spec: TrainSpec, started: Started = {}) {
  const {
    model = createTestModel(),
    storage = createMemoryStorage(),
    device = oracleDevice(),
    control = createRunControl(),
    exclusive = createLock(),
  } = started;
  const log: RunLog = { events: [], overlays: [] };
  const store = createRunStore(storage);
  const surroundings = {
    device,
    exclusive,
    store,
    sources: () => SOURCES,
    addModels: () => Promise.resolve([{ which: 'last' as const, step: 8, id: 'made' }]),
  };
  const signal = started.signal ?? new AbortController().signal;
  const end = trainRun(spec, model, surroundings, control, log, signal, ({ phase, done }) =>
    phase === 'Training' ? started.report?.(done) : undefined,
  );
  return { end, log, store, storage };
}

const numbersOf = (events: readonly TrainEvent[]) =>
  events
    .filter((event) => isStep(event) || isValidation(event))
    .map((event) => (isStep(event) ? { ...event, samplesPerSecond: 0 } : event));

/** The whole run that others are compared with: computed once. */
const whole = start(testSpec());

describe('a run', () => {
  it('tells every step, validates, keeps the best and the last, and ends', async () => {
    const { end, log, store } = whole;
    const run = await end;
    // Five images by threes are two steps an epoch.
    expect(run).toMatchObject({
      status: 'finished',
      step: 8,
      stepCount: 8,
      checkpointStep: 8,
      adapter: 'oracle',
    });
    expect(run.models).toEqual([{ which: 'last', step: 8, id: 'made' }]);
    const steps = log.events.filter(isStep);
    expect(steps.map(({ step, epoch }) => [step, epoch])).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((step) => [step, Math.ceil(step / 2)]),
    );
    for (const { loss, crossEntropy, dice, gradientNorm } of steps) {
      expect(loss).toBeCloseTo(0.2 * crossEntropy + 0.8 * dice, 5);
      expect(gradientNorm).toBeGreaterThan(0);
    }
    const rates = steps.map(({ learningRate }) => learningRate);
    expect(rates.slice(0, 3)).toEqual([0.001, 0.001, 0.002]);
    const validations = log.events.filter(isValidation);
    expect(validations.map(({ step, imageCount }) => [step, imageCount])).toEqual([
      [4, 3],
      [8, 3],
    ]);
    expect(validations[0]?.isBest).toBe(true);
    expect(run.best).toEqual(validations.findLast(({ isBest }) => isBest));
    expect(log.overlays.map(({ id, side }) => [id, side])).toEqual(
      testSamples('validation', 3).map(({ id }) => [id, MINIMAL_SAMED.side]),
    );
    expect(await store.find('test')).toEqual(run);
    expect(await store.overlays('test')).toEqual(log.overlays);
    expect((await store.weights('test', 'last'))?.step).toBe(8);
    expect((await store.weights('test', 'best'))?.step).toBe(run.best?.step);
  });

  it('lowers its loss on images that it sees again and again', async () => {
    const settings: Partial<TrainSettings> = {
      isAugmented: false,
      epochCount: 12,
      decayEpochCount: 12,
      batchSize: 5,
      learningRate: 0.01,
      validateEverySteps: 0,
    };
    const { end, log } = start(testSpec(settings));
    await end;
    const losses = log.events.filter(isStep).map(({ loss }) => loss);
    expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] ?? 0));
  });

  it('is the same for a seed, and another for another seed', async () => {
    const short = { epochCount: 1, validateEverySteps: 0 };
    const runs = [short, short, { ...short, seed: 1 }].map((settings) => start(testSpec(settings)));
    for (const { end } of runs) await end;
    const [first, second, other] = runs.map(({ log }) => numbersOf(log.events));
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('goes on from its checkpoint to the same numbers as without a stop', async () => {
    const spec = testSpec();
    await whole.end;
    const controller = new AbortController();
    const report = (done: number) => {
      if (done === 5) controller.abort();
    };
    const stopped = start(spec, { signal: controller.signal, report });
    await expect(stopped.end).rejects.toMatchObject({ name: 'AbortError' });
    expect(await stopped.store.find('test')).toMatchObject({ status: 'interrupted', checkpointStep: 5 });

    const continued = start(spec, { storage: stopped.storage });
    expect(await continued.end).toMatchObject({ status: 'finished', step: 8 });
    expect(numbersOf(continued.log.events)).toEqual(numbersOf(whole.log.events));
    for (const which of ['best', 'last'] as const) {
      const [expected, found] = await Promise.all(
        [whole, continued].map(({ store }) => store.weights('test', which)),
      );
      expect(found).toEqual(expected);
    }
    expect(await continued.store.checkpoint('test')).toEqual(await whole.store.checkpoint('test'));
  });

  it('keeps in its record that it went on with another adapter', async () => {
    const { end, storage } = start(testSpec({ epochCount: 1 }));
    await end;
    const device = { ...oracleDevice(), adapter: 'another' };
    const continued = start(testSpec({ epochCount: 1 }), { storage, device });
    expect(await continued.end).toMatchObject({ adapter: 'another' });
    expect(continued.log.events).toContainEqual({
      kind: 'notice',
      step: 2,
      notice: 'restarted',
      sentence: 'Going on from the checkpoint of step 2, made on oracle, with another.',
    });
  });

  it('refuses to go on as another run', async () => {
    const { end, storage } = start(testSpec({ epochCount: 1 }));
    await end;
    await expect(start(testSpec({ epochCount: 1, seed: 3 }), { storage }).end).rejects.toMatchObject({
      code: 'train/no-run',
    });
    await expect(
      start(testSpec({ epochCount: 1, frozenWeights: 'f16' }), { storage }).end,
    ).rejects.toMatchObject({ code: 'train/no-run' });
    const model = { ...createTestModel(), hash: 'other weights' };
    await expect(start(testSpec({ epochCount: 1 }), { storage, model }).end).rejects.toMatchObject({
      code: 'train/no-run',
      message: expect.stringContaining('changed since') as string,
    });
  });

  it('refuses the checkpoint of another run, also where the record of that is lost', async () => {
    const { end, store } = start(testSpec({ epochCount: 1 }));
    await end;
    const kept = await store.checkpoint('test');
    const storage = createMemoryStorage();
    if (kept !== undefined) await createRunStore(storage).writeCheckpoint('test', kept, []);
    await expect(start(testSpec({ epochCount: 2 }), { storage }).end).rejects.toMatchObject({
      code: 'train/no-run',
    });
    const again = start(testSpec({ epochCount: 1 }), { storage });
    expect(await again.end).toMatchObject({ status: 'finished', step: 2 });
    expect(again.log.events.filter(isStep)).toEqual([]);
  });

  it('pauses, writes a checkpoint when asked, and goes on', async () => {
    const control = createRunControl();
    const { end, log, store } = start(testSpec({ checkpointEverySteps: 0 }), {
      control,
      report: (done) => {
        if (done === 3) control.setPaused(true);
      },
    });
    const isPaused = () => log.events.some((event) => event.kind === 'notice' && event.notice === 'paused');
    await expect.poll(isPaused).toBe(true);
    await control.requestCheckpoint();
    expect((await store.checkpoint('test'))?.state.step).toBe(3);
    expect(log.events.filter(isStep)).toHaveLength(3);
    control.setPaused(false);
    await end;
    const notices = log.events.flatMap((event) => (event.kind === 'notice' ? [event.notice] : []));
    expect(notices).toEqual(['paused', 'checkpoint', 'resumed', 'checkpoint']);
    await control.requestCheckpoint();
  });

  it('waits for what else computes on its device, and is cancelled while it waits, without a step too many', async () => {
    const exclusive = createLock();
    const controller = new AbortController();
    let finish: (() => void) | undefined;
    const report = (done: number) => {
      if (done === 3) void exclusive(() => new Promise<void>((resolve) => (finish = resolve)));
    };
    const { end, log, store } = start(testSpec(), { exclusive, signal: controller.signal, report });
    // Not until step 3 is told of: what steps came to is read at intervals of time.
    await expect.poll(() => finish).toBeDefined();
    controller.abort();
    await expect(end).rejects.toMatchObject({ name: 'AbortError' });
    finish?.();
    expect(await store.find('test')).toMatchObject({ status: 'interrupted', checkpointStep: 3 });
    expect(log.events.filter(isStep)).toHaveLength(3);
  });

  it('can be cancelled while it is paused', async () => {
    const control = createRunControl();
    const controller = new AbortController();
    control.setPaused(true);
    const { end, log, store } = start(testSpec(), { control, signal: controller.signal });
    await expect.poll(() => log.events.length).toBe(1);
    controller.abort();
    await expect(end).rejects.toMatchObject({ name: 'AbortError' });
    expect(await store.find('test')).toMatchObject({ status: 'interrupted', checkpointStep: 0 });
  });

  it('leaves out samples that cannot be read, says so once, and trains on', async () => {
    const training = [...testSamples('training', 4), { id: 'broken', shard: 0, group: 0 }];
    const validation = [...testSamples('validation', 2), { id: 'broken too', shard: 1, group: 0 }];
    const { end, log } = start({ ...testSpec(), training, validation });
    expect(await end).toMatchObject({ status: 'finished', best: { imageCount: 2 } });
    const sentences = log.events.flatMap((event) =>
      event.kind === 'notice' && event.notice === 'fewer-samples' ? [event.sentence] : [],
    );
    expect(sentences).toEqual([
      'The sample broken is left out: It cannot be read.',
      'The sample broken too is left out: It cannot be read.',
    ]);
  });

  it('takes another image for a batch of which nothing can be read', async () => {
    const [first, second] = testSamples('training', 2);
    const bad = ['broken', 'broken too'].map((id) => ({ id, shard: 0, group: 0 }));
    const settings = { batchSize: 1, epochCount: 1, validateEverySteps: 0 };
    const training = [first, ...bad, second].flatMap((sample) => sample ?? []);
    const { end, log } = start({ ...testSpec(settings), training });
    expect(await end).toMatchObject({ status: 'finished', step: 4 });
    const losses = log.events.filter(isStep).map(({ loss }) => loss);
    expect(losses).toHaveLength(4);
    expect(losses.every((loss) => Number.isFinite(loss) && loss > 0)).toBe(true);
    const told = log.events.flatMap((event) => (event.kind === 'notice' ? [event.sentence] : []));
    expect(told.filter((sentence) => sentence.includes('left out'))).toHaveLength(2);
  });

  it('fails when no image can be read, and before it begins without any image', async () => {
    const training = [{ id: 'broken', shard: 0, group: 0 }];
    const { end, store } = start({ ...testSpec(), training });
    await expect(end).rejects.toMatchObject({ code: 'train/no-samples' });
    expect(await store.find('test')).toMatchObject({ status: 'failed', error: { code: 'train/no-samples' } });
    await expect(start({ ...testSpec(), training: [] }).end).rejects.toMatchObject({
      code: 'train/no-samples',
    });
  });

  it('stops at a number that is not finite, naming step and tensor, with the steps before told', async () => {
    const oracle = oracleDevice();
    const device: TrainingDevice = {
      ...oracle,
      async open(...args) {
        const engines = await oracle.open(...args);
        const { training } = engines;
        let stepCount = 0;
        return {
          ...engines,
          training: {
            ...training,
            step: (inputs, rates) => {
              const image = (inputs.get('image') ?? new Float32Array()).slice();
              if (++stepCount === 3) image[0] = Number.NaN;
              return training.step(new Map([...inputs, ['image', image]]), rates);
            },
          },
        };
      },
    };
    const { end, log, store } = start(testSpec(), { device });
    await expect(end).rejects.toMatchObject({ code: 'train/non-finite', context: { step: 4 } });
    expect(log.events.filter(isStep).length).toBeGreaterThan(0);
    expect((await store.find('test'))?.error?.message).toMatch(/In step 4 the gradient of '\w+/);
  });

  it('ends early when validations do not get better', async () => {
    const settings: Partial<TrainSettings> = {
      learningRate: 0,
      validateEverySteps: 1,
      patience: 2,
      epochCount: 10,
    };
    const { end, log } = start(testSpec(settings));
    expect(await end).toMatchObject({ status: 'stopped-early', step: 3, checkpointStep: 3 });
    expect(log.events.filter(isValidation).map(({ isBest }) => isBest)).toEqual([true, false, false]);
  });

  it('is kept as interrupted when its device is lost', async () => {
    const oracle = oracleDevice();
    const { WorkbenchError } = await import('../../core/errors.ts');
    const device: TrainingDevice = {
      ...oracle,
      async open(...args) {
        const engines = await oracle.open(...args);
        let stepCount = 0;
        const step: typeof engines.training.step = (inputs, rates) =>
          ++stepCount > 5
            ? Promise.reject(new WorkbenchError('gpu/device-lost', 'Gone.'))
            : engines.training.step(inputs, rates);
        return { ...engines, training: { ...engines.training, step } };
      },
    };
    const spec = testSpec();
    const lost = start(spec, { device });
    await expect(lost.end).rejects.toMatchObject({ code: 'gpu/device-lost' });
    expect(await lost.store.find('test')).toMatchObject({ status: 'interrupted', checkpointStep: 4 });
    const continued = start(spec, { storage: lost.storage });
    await continued.end;
    await whole.end;
    expect(numbersOf(continued.log.events)).toEqual(numbersOf(whole.log.events));
  });

  it.each<TrainSettings['objective']>([
    { kind: 'febs', gamma: 1, minimum: 'present' },
    { kind: 'groupDro', rate: 0.1 },
    { kind: 'adversarial', weight: 0.1, reversalScale: 1 },
    { kind: 'balancedSampling' },
    { kind: 'inverseFrequency' },
  ])('trains with the objective $kind, and goes on with it', async (objective) => {
    const spec = testSpec({ objective, epochCount: 2, validateEverySteps: 0, checkpointEverySteps: 0 });
    const unbroken = start(spec);
    await unbroken.end;
    const steps = unbroken.log.events.filter(isStep);
    expect(steps).toHaveLength(4);
    expect(steps.every(({ loss, groupLoss }) => Number.isFinite(loss) && groupLoss.length === 2)).toBe(true);

    const controller = new AbortController();
    const report = (done: number) => {
      if (done === 2) controller.abort();
    };
    const stopped = start(spec, { signal: controller.signal, report });
    await expect(stopped.end).rejects.toMatchObject({ name: 'AbortError' });
    const continued = start(spec, { storage: stopped.storage });
    await continued.end;
    expect(numbersOf(continued.log.events)).toEqual(numbersOf(unbroken.log.events));
  });

  it('goes on from the adapters that a model has, with their rank, and adds some where it has none', async () => {
    const settings: Partial<TrainSettings> = { epochCount: 1, learningRate: 0, weightDecay: 0, rank: 2 };
    const adapted = createTestModel({ ...MINIMAL_SAMED, rank: 3 });
    const runs = [start(testSpec(settings), { model: adapted }), start(testSpec(settings))];
    const weights = [];
    for (const { end, store } of runs) {
      await end;
      weights.push((await store.weights('test', 'last'))?.values);
    }
    expect(weights[0]?.get('w_b_003')).toEqual(await adapted.read('w_b_003'));
    expect(weights[0]?.get('w_a_003')).toHaveLength(3 * MINIMAL_SAMED.dim);
    expect(weights[1]?.get('w_a_003')).toHaveLength(2 * MINIMAL_SAMED.dim);
    expect(weights[1]?.get('w_b_003')).toEqual(new Float32Array(2 * MINIMAL_SAMED.dim));
  });

  it('trains every weight where that is asked for', async () => {
    const adapters = start(testSpec({ epochCount: 1 }, 'some'));
    const all = start(testSpec({ epochCount: 1, trainable: 'all' }, 'all'));
    const [some, every] = [await adapters.end, await all.end];
    expect(every.estimate.trainableCount).toBeGreaterThan(some.estimate.trainableCount);
    const weights = await all.store.weights('all', 'last');
    expect(weights?.values.has('image_encoder.patch_embed.proj.weight')).toBe(true);
    expect([...((await adapters.store.weights('some', 'last'))?.values.keys() ?? [])].toSorted()[0]).toMatch(
      /^mask_decoder/,
    );
  });
});
