/** Settings of training: defaults by model and method, changes that are kept, what the worker gets, what storage may not bring in. */
import { describe, expect, it } from 'vitest';
import {
  FEBS_RECIPE,
  SAMED_RECIPE,
  SAMED_TINY_RECIPE,
  TRANSUNET_RECIPE,
} from '../../workers/train/recipes.ts';
import { METHODS, OBJECTIVES } from './train-recipes.ts';
import {
  checkedChanges,
  defaultChoices,
  keysOutOfLimits,
  settingsOf,
  type TrainChoices,
} from './train-choices.ts';
import { selectTrainChoices, trainDefaultsOf } from './train-selectors.ts';
import { initialState } from './store.ts';
import { initialTrain, withChoices, withEvents, withRuns, withShownRun } from './train.ts';
import { imagesSeenBy } from './train-models.ts';
import { stepsTimeMs } from './train-progress.ts';
import { ESTIMATE, stepEvent } from '../testing/fake-training.ts';
import type { ModelSource } from '../../workers/api/compute.ts';
import type { TrainRun } from '../../workers/api/train.ts';

const SAMED = { trainingSet: 'train-split', imageCount: 100, family: 'samed' as const, crop: undefined };
const TINY = { ...SAMED, family: 'samed-tiny' as const };

describe('defaults', () => {
  it('are the recipe of the model and the method, unchanged on their way to the worker', () => {
    expect(settingsOf(defaultChoices('plain', TINY))).toEqual(SAMED_TINY_RECIPE);
    expect(settingsOf(defaultChoices('plain', SAMED))).toEqual(SAMED_RECIPE);
    const transUnet = { ...SAMED, family: 'transunet' as const };
    expect(settingsOf(defaultChoices('plain', transUnet))).toEqual(TRANSUNET_RECIPE);
    expect(settingsOf({ ...defaultChoices('febs', SAMED), method: 'febs' })).toEqual(FEBS_RECIPE);
  });

  it('stop after the published epochs for the number of images', () => {
    const epochs = (imageCount: number) => defaultChoices('plain', { ...SAMED, imageCount }).epochCount;
    expect([100, 500, 1000].map(epochs)).toEqual([10, 5, 3]);
  });

  it('lie inside the limits, for every method with its own parameters', () => {
    for (const method of METHODS) {
      const choices = { ...defaultChoices(method, TINY), method };
      expect(keysOutOfLimits(choices)).toEqual([]);
      expect(settingsOf(choices).objective).toEqual(OBJECTIVES[method]);
    }
  });

  it('take crop and recipe of a model that was trained here from its training', () => {
    const { models, ...others } = initialState;
    const made = (id: string, runId: string, crop: number | null) => ({
      id,
      name: id,
      role: 'segmenter' as const,
      trainsAs: 'samed' as const,
      sizeBytes: 1,
      trainedIn: { runId, which: 'best' as const, step: 1, baseName: '', crop },
    });
    const run = (runId: string, model: ModelSource) => ({ spec: { runId, model } }) as TrainRun;
    const state = {
      ...others,
      models: {
        ...models,
        made: [made('a', 'first', 384), made('b', 'second', null), made('c', 'gone', 420)],
      },
      train: {
        ...initialTrain,
        runs: [
          run('first', { kind: 'embedded', name: 'samed-tiny' }),
          run('second', { kind: 'made', id: 'a' }),
        ],
      },
    };
    const defaults = (modelKey: string) => trainDefaultsOf(state, { modelKey });
    expect(defaults('made:b')).toMatchObject({ crop: 0, batchSize: SAMED_TINY_RECIPE.batchSize });
    expect(defaults('made:a')).toMatchObject({ crop: 384, batchSize: SAMED_TINY_RECIPE.batchSize });
    expect(defaults('made:c')).toMatchObject({ crop: 420, batchSize: SAMED_RECIPE.batchSize });
    expect(defaults('made:other')).toMatchObject({ crop: SAMED_RECIPE.crop });
    expect(defaults('embedded:samed-tiny')).toMatchObject({ crop: SAMED_TINY_RECIPE.crop });
  });
});

describe('a TransUNet', () => {
  it('has its recipe, and none of the settings that only a SAMed has', () => {
    const made = {
      id: 'u',
      name: 'U',
      role: 'segmenter' as const,
      trainsAs: 'transunet' as const,
      sizeBytes: 1,
    };
    const changes = {
      modelKey: 'made:u',
      trainable: 'adapters-and-decoder',
      rank: 8,
      batchSize: 12,
    } as const;
    const state = {
      ...initialState,
      models: { ...initialState.models, made: [made] },
      train: { ...initialTrain, changes },
    };
    const { epochCount: _epochs, ...recipe } = TRANSUNET_RECIPE;
    expect(settingsOf(selectTrainChoices(state))).toMatchObject({ ...recipe, batchSize: 12 });
  });
});

describe('changes', () => {
  const defaultsOf = (changes: Partial<TrainChoices>) =>
    defaultChoices(changes.method ?? 'plain', changes.modelKey === 'made:x' ? SAMED : TINY);

  it('are kept only while they differ from the default of the day', () => {
    const changed = withChoices(initialTrain, { learningRate: 0.0005, modelKey: 'made:x' }, defaultsOf);
    expect(changed.changes).toEqual({ learningRate: 0.0005, modelKey: 'made:x' });
    const febs = withChoices(changed, { method: 'febs' }, defaultsOf);
    expect(febs.changes).toEqual({ modelKey: 'made:x', method: 'febs' });
  });

  it('from storage are taken only where key and value can be', () => {
    const saved = { batchSize: 4, optimizer: 'adagrad', method: 'febs', learningRate: 'fast', evil: 1 };
    expect(checkedChanges(saved)).toEqual({ batchSize: 4, method: 'febs' });
    expect(checkedChanges(null)).toEqual({});
  });
});

describe('the images that a model has seen', () => {
  const run = (runId: string, model: ModelSource, images: readonly string[], made: string) => {
    const [training, validation] = [images.slice(1), images.slice(0, 1)];
    const list = (ids: readonly string[]) => ids.map((id) => ({ id, shard: 0, group: 0 }));
    const spec = { runId, model, training: list(training), validation: list(validation) };
    return { spec, models: [{ which: 'last', step: 1, id: made }] } as unknown as TrainRun;
  };
  const runs = [
    run('first', { kind: 'embedded', name: 'samed-tiny' }, ['a', 'b'], 'x'),
    run('second', { kind: 'made', id: 'x' }, ['b', 'c'], 'y'),
    run('other', { kind: 'embedded', name: 'samed-tiny' }, ['d'], 'z'),
  ];
  const trainedIn = (runId: string) => ({
    trainedIn: { runId, which: 'last', step: 1, baseName: '', crop: null } as const,
  });

  it('are those of its run and of the runs before it', () => {
    expect([...imagesSeenBy(trainedIn('second'), runs)].toSorted()).toEqual(['a', 'b', 'c']);
    expect([...imagesSeenBy(trainedIn('first'), runs)].toSorted()).toEqual(['a', 'b']);
  });

  it('are those of a run that gave the model it began with', () => {
    const idle = run('idle', { kind: 'made', id: 'x' }, ['e', 'f'], 'x');
    expect([...imagesSeenBy(trainedIn('idle'), [idle, ...runs])].toSorted()).toEqual(['a', 'b', 'e', 'f']);
  });

  it('are none of a model that was not trained here, or whose run is gone', () => {
    expect(imagesSeenBy({}, runs).size).toBe(0);
    expect(imagesSeenBy(trainedIn('gone'), runs).size).toBe(0);
  });
});

describe('runs and events', () => {
  const run = (runId: string, startedAt: string) =>
    ({
      spec: { runId, name: runId },
      startedAt,
      adapter: 'a',
      step: 10,
      elapsedMs: 1000,
      estimate: ESTIMATE,
    }) as TrainRun;

  it('shows the newest run where the shown one is gone, but waits for one that has just started', () => {
    const runs = [run('old', '2026-01-01'), run('new', '2026-01-02')];
    expect(withRuns({ ...initialTrain, shownRunId: 'gone' }, runs).shownRunId).toBe('new');
    expect(withRuns({ ...initialTrain, shownRunId: 'old' }, runs).shownRunId).toBe('old');
    const incidents = { runId: 'starting', restartCount: 0, restartReason: '', hiddenCount: 0 };
    const starting = { ...initialTrain, shownRunId: 'starting', incidents };
    expect(withRuns(starting, runs).shownRunId).toBe('starting');
  });

  it('adds events of the shown run only', () => {
    const shown = withShownRun(initialTrain, 'a');
    expect(withEvents(shown, 'a', [stepEvent(1, 2)]).log.events).toHaveLength(1);
    expect(withEvents(shown, 'b', [stepEvent(1, 2)])).toBe(shown);
  });

  it('takes the time of a run from the rate of steps on the same adapter, and says nothing without one', () => {
    const events = [1, 2, 3, 4].map((step) => stepEvent(step, 2));
    const ofImages = (count: number) => {
      const spec = { settings: { batchSize: 4 }, training: Array.from({ length: count }) };
      return { ...run('old', '2026-01-01'), spec } as unknown as TrainRun;
    };
    const measured = ofImages(12);
    // Eight images a second are two steps; the wanted ones have twice the operations.
    const wanted = { ...ESTIMATE, stepCount: 40, flopsPerStep: 2 * ESTIMATE.flopsPerStep };
    expect(stepsTimeMs(wanted, measured, events, 'a')).toBeCloseTo(40_000, 6);
    // Batches of which half is padding: as many images a second are twice the steps.
    expect(stepsTimeMs(wanted, ofImages(2), events, 'a')).toBeCloseTo(20_000, 6);
    expect(stepsTimeMs(wanted, measured, events, 'b')).toBeUndefined();
    expect(stepsTimeMs(wanted, measured, [], 'a')).toBeUndefined();
    expect(stepsTimeMs(wanted, undefined, events, 'a')).toBeUndefined();
  });
});
