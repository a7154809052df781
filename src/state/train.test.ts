/** Settings of training: defaults by model and method, changes that are kept, what the worker gets, what storage may not bring in. */
import { describe, expect, it } from 'vitest';
import { FEBS_RECIPE, SAMED_RECIPE, SAMED_TINY_RECIPE } from '../../workers/train/recipes.ts';
import { METHODS, OBJECTIVES } from './train-recipes.ts';
import { checkedChanges, defaultChoices, keysOutOfLimits, settingsOf, TINY_KEY } from './train-choices.ts';
import { defaultsFor, initialTrain, withChoices, withEvents, withRuns, withShownRun } from './train.ts';
import { stepsTimeMs } from './train-progress.ts';
import { ESTIMATE, stepEvent } from '../testing/fake-training.ts';
import type { TrainRun } from '../../workers/api/train.ts';

const SET = { trainingSet: 'train-split', imageCount: 100 };

describe('defaults', () => {
  it('are the recipe of the model and the method, unchanged on their way to the worker', () => {
    expect(settingsOf(defaultChoices(TINY_KEY, 'plain', SET))).toEqual(SAMED_TINY_RECIPE);
    expect(settingsOf(defaultChoices('made:x', 'plain', SET))).toEqual(SAMED_RECIPE);
    const febs = defaultsFor({ modelKey: 'made:x', method: 'febs' }, SET);
    expect(settingsOf({ ...febs, method: 'febs' })).toEqual(FEBS_RECIPE);
  });

  it('stop after the published epochs for the number of images', () => {
    const epochs = (imageCount: number) =>
      defaultChoices('made:x', 'plain', { ...SET, imageCount }).epochCount;
    expect([100, 500, 1000].map(epochs)).toEqual([10, 5, 3]);
  });

  it('lie inside the limits, for every method with its own parameters', () => {
    for (const method of METHODS) {
      const choices = { ...defaultChoices(TINY_KEY, method, SET), method };
      expect(keysOutOfLimits(choices)).toEqual([]);
      expect(settingsOf(choices).objective).toEqual(OBJECTIVES[method]);
    }
  });
});

describe('changes', () => {
  it('are kept only while they differ from the default of the day', () => {
    const changed = withChoices(initialTrain, { learningRate: 0.0005, modelKey: 'made:x' }, SET);
    expect(changed.changes).toEqual({ learningRate: 0.0005, modelKey: 'made:x' });
    const febs = withChoices(changed, { method: 'febs' }, SET);
    expect(febs.changes).toEqual({ modelKey: 'made:x', method: 'febs' });
  });

  it('from storage are taken only where key and value can be', () => {
    const saved = { batchSize: 4, optimizer: 'adagrad', method: 'febs', learningRate: 'fast', evil: 1 };
    expect(checkedChanges(saved)).toEqual({ batchSize: 4, method: 'febs' });
    expect(checkedChanges(null)).toEqual({});
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
    const measured = { ...run('old', '2026-01-01'), spec: { settings: { batchSize: 4 } } } as TrainRun;
    // Eight images a second are two steps; the wanted ones have twice the operations.
    const wanted = { ...ESTIMATE, stepCount: 40, flopsPerStep: 2 * ESTIMATE.flopsPerStep };
    expect(stepsTimeMs(wanted, measured, events, 'a')).toBeCloseTo(40_000, 6);
    expect(stepsTimeMs(wanted, measured, events, 'b')).toBeUndefined();
    expect(stepsTimeMs(wanted, measured, [], 'a')).toBeUndefined();
    expect(stepsTimeMs(wanted, undefined, events, 'a')).toBeUndefined();
  });
});
