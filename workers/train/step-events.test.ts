/** What is told of a step by its report: losses of the groups that were there, the norm over all pages, what was not finite. */
import { describe, expect, it } from 'vitest';

import type { StepReport } from './engine.ts';
import type { PackedTrainables } from './plan/plan.ts';
import { requireFinite, stepEvent } from './step-events.ts';

const place = { region: 0, offsetBytes: 0, sizeBytes: 0 };
const page = (start: number, count: number) => ({
  start,
  count,
  weights: place,
  gradients: place,
  decays: place,
  moments: [],
});
const entry = (parameter: string, onPage: number, start: number, count: number) => ({
  parameter,
  shape: [count],
  page: onPage,
  start,
  count,
});

/** Three parameters on two pages, the second of which begins beyond what 16 bits count. */
const TRAINABLES: PackedTrainables = {
  optimizer: { kind: 'sgd', momentum: 0.9 },
  elementCount: 200_000,
  entries: [entry('a', 0, 0, 60), entry('b', 0, 64, 99_936), entry('c', 1, 100_000, 100_000)],
  pages: [page(0, 100_000), page(100_000, 100_000)],
  settings: place,
};

/** The report of step 7, with something of it changed. */
function reportWith(values: Readonly<Record<string, readonly number[]>>): StepReport {
  const all = {
    loss: [0.5],
    crossEntropy: [0.25],
    dice: [0.75],
    groupLoss: [0.5, 0, 1.5],
    groupSize: [2, 0, 1],
    'squaredNorm 0': [9],
    'nonFinite 0': [-1, -1],
    'squaredNorm 1': [16],
    'nonFinite 1': [-1, -1],
    ...values,
  };
  return {
    step: 7,
    values: Object.fromEntries(Object.entries(all).map(([name, list]) => [name, Float32Array.from(list)])),
  };
}

describe('the event of a step', () => {
  it('has the norm over all pages, and no loss of a group that the batch lacked', () => {
    const facts = { epoch: 2, learningRate: 0.125, samplesPerSecond: 8 };
    expect(stepEvent(reportWith({}), TRAINABLES, facts)).toEqual({
      kind: 'step',
      step: 7,
      ...facts,
      loss: 0.5,
      crossEntropy: 0.25,
      dice: 0.75,
      groupLoss: [0.5, null, 1.5],
      gradientNorm: 5,
    });
  });
});

describe('a report that is not finite', () => {
  const problemOf = (values: Readonly<Record<string, readonly number[]>>) => {
    try {
      requireFinite(reportWith(values), TRAINABLES);
    } catch (error) {
      return (error as { readonly context?: { readonly tensor?: unknown } }).context?.tensor;
    }
    return undefined;
  };

  it('names the parameter, on whatever page it lies', () => {
    expect(problemOf({ 'nonFinite 0': [0, 59] })).toBe("the gradient of 'a'");
    expect(problemOf({ 'nonFinite 0': [1, 0] })).toBe("the gradient of 'b'");
    expect(problemOf({ 'nonFinite 1': [0, 0] })).toBe("the gradient of 'c'");
    expect(problemOf({ 'nonFinite 1': [1, 34_463], loss: [Number.NaN] })).toBe("the gradient of 'c'");
  });

  it('names the loss where no gradient is to blame, and nothing where all is finite', () => {
    expect(problemOf({ loss: [Number.POSITIVE_INFINITY] })).toBe('the loss');
    expect(problemOf({})).toBeUndefined();
    expect(() => requireFinite(reportWith({ loss: [Number.NaN] }), TRAINABLES)).toThrow(/In step 7 the loss/);
  });
});
