/** Plans of small networks of every family, carried out with names instead of numbers. */
import { describe, expect, it } from 'vitest';

import type { TrainingGraph } from '../../../models/graph/training-graph.ts';
import { planTraining } from './plan-training.ts';
import { type PlanSettings, RECOMPUTATIONS, type TrainingPlan } from './plan.ts';
import {
  ADAMW,
  adversarialTraining,
  GPU_TRAITS,
  NO_LIMITS,
  samedTraining,
  SGD,
  transUnetTraining,
  wholeSamedTraining,
} from './testing/networks.ts';
import { replayPlan } from './testing/replay.ts';

const SETTINGS: PlanSettings = { batchSize: 5, optimizer: ADAMW, limits: NO_LIMITS, traits: GPU_TRAITS };

const networks: Readonly<Record<string, TrainingGraph>> = {
  'SAMed by the recipe': samedTraining(),
  'SAMed, all weights': wholeSamedTraining(),
};

/** Whose loss has more to it. */
const methods: Readonly<Record<string, TrainingGraph>> = {
  GroupDRO: samedTraining(undefined, { method: { kind: 'groupDro', rate: 0.1 } }),
  'an adversary': adversarialTraining(),
};

const ofWholeBatch: Readonly<Record<string, TrainingGraph>> = {
  'a hybrid TransUNet': transUnetTraining(true),
  'a TransUNet': transUnetTraining(false),
};

function regionBytes({ regions }: TrainingPlan): number {
  return regions.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}

/** The plan, after it was carried out. */
function checkPlan(training: TrainingGraph, settings: Partial<PlanSettings>): TrainingPlan {
  const plan = planTraining(training, { ...SETTINGS, ...settings });
  replayPlan(training, plan);
  expect(plan.totalBytes).toBe(regionBytes(plan));
  return plan;
}

/** A plan in which two regions are one: what a planner that miscounts lives would make. */
function mergeRegions(plan: TrainingPlan, from: number, into: number): TrainingPlan {
  const move = <P extends { readonly region: number }>(place: P): P =>
    place.region === from ? { ...place, region: into } : place;
  const programme = (steps: TrainingPlan['programmes']['forward']) =>
    steps.map((step) => {
      if (step.kind === 'dispatch') return { ...step, places: step.places.map(move) };
      if (step.kind === 'clear') return { ...step, place: move(step.place) };
      return { ...step, from: move(step.from), to: move(step.to) };
    });
  const { forward, loss, backward, update } = plan.programmes;
  const largest = Math.max(...plan.regions.map(({ sizeBytes }) => sizeBytes));
  return {
    ...plan,
    regions: plan.regions.map((region) => ({ ...region, sizeBytes: largest })),
    programmes: {
      forward: programme(forward),
      loss: programme(loss),
      backward: programme(backward),
      update: programme(update),
    },
  };
}

describe('carrying out a plan with names', () => {
  const training = samedTraining();
  const plan = planTraining(training, { ...SETTINGS, microBatch: 2, recomputation: 'blocks' });
  const activations = [...plan.regions.keys()].filter((index) => plan.regions[index]?.role === 'activation');

  it('finds out any two activation regions that are made one', () => {
    const [first = 0] = activations;
    for (const region of activations.filter((_, index) => index % 7 === 3)) {
      expect(() => replayPlan(training, mergeRegions(plan, region, first))).toThrow(/reads|place/);
    }
  });

  it.each(['forward', 'loss', 'backward', 'update'] as const)(
    'finds out a missing step of %s',
    (programme) => {
      const steps = plan.programmes[programme];
      const chosen = [0, Math.floor(steps.length / 2), steps.length - 1];
      for (const missing of chosen) {
        const programmes = { ...plan.programmes, [programme]: steps.filter((_, index) => index !== missing) };
        expect(() => replayPlan(training, { ...plan, programmes }), `step ${missing}`).toThrow(
          /reads|has the gradients|update|state/,
        );
      }
    },
  );
});

describe('a plan carries out its training graph', () => {
  const cases = Object.entries(networks).flatMap(([name, training]) =>
    RECOMPUTATIONS.flatMap((recomputation) =>
      [1, 2, 3, 5].map((microBatch) => ({ name, training, recomputation, microBatch })),
    ),
  );
  it.each(cases)(
    '$name, $recomputation, micro-batches of $microBatch',
    ({ training, recomputation, microBatch }) => {
      const plan = checkPlan(training, { recomputation, microBatch });
      expect(plan).toMatchObject({ recomputation, microBatch, microBatchCount: Math.ceil(5 / microBatch) });
    },
  );

  it.each(Object.entries(methods))('%s, in micro-batches and in one', (_, training) => {
    for (const microBatch of [2, 5]) {
      const plan = checkPlan(training, { microBatch, recomputation: 'blocks' });
      expect(plan.microBatchCount).toBe(Math.ceil(5 / microBatch));
    }
  });

  it('cuts trainables that no binding holds together into pages, without another number for any element', () => {
    const training = wholeSamedTraining();
    const settings = { batchSize: 1, microBatch: 1 } as const;
    const whole = checkPlan(training, settings);
    const packed = ({ role }: TrainingPlan['regions'][number]) =>
      role === 'trainable' || role === 'optimizer';
    const others = whole.regions.filter((region) => !packed(region)).map(({ sizeBytes }) => sizeBytes);
    const bindingBytes = Math.max(...others);
    const plan = checkPlan(training, { ...settings, limits: { ...NO_LIMITS, bindingBytes } });
    const pages = plan.trainables?.pages ?? [];
    expect(whole.trainables?.pages).toHaveLength(1);
    expect(pages.length).toBeGreaterThan(2);
    for (const { sizeBytes } of plan.regions.filter(packed))
      expect(sizeBytes).toBeLessThanOrEqual(bindingBytes);
    const starts = ({ trainables }: TrainingPlan) =>
      trainables?.entries.map(({ parameter, start, count }) => [parameter, start, count]);
    expect(starts(plan)).toEqual(starts(whole));
    expect(plan.trainables?.elementCount).toBe(whole.trainables?.elementCount);
  });

  const wholeCases = Object.entries(ofWholeBatch).flatMap(([name, training]) =>
    RECOMPUTATIONS.map((recomputation) => ({ name, training, recomputation })),
  );
  it.each(wholeCases)('$name, $recomputation', ({ training, recomputation }) => {
    const plan = checkPlan(training, { recomputation, optimizer: SGD, batchSize: 3 });
    expect(plan).toMatchObject({ recomputation, microBatch: 3, microBatchCount: 1 });
  });
});
