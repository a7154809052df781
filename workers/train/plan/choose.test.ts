/** What plans come to: the choice by memory, the refusals, and how close the regions are to what must be alive at once. */
import { describe, expect, it } from 'vitest';

import { publishedSamed } from '../../../models/zoo/samed-configuration.ts';
import { chooseLayout } from './choose.ts';
import { planFlops } from './flops.ts';
import { planTraining } from './plan-training.ts';
import { type PlanLimits, type PlanSettings, RECOMPUTATIONS, type TrainingPlan } from './plan.ts';
import { readStepGraph } from './step-graph.ts';
import {
  ADAMW,
  GPU_TRAITS,
  NO_LIMITS,
  samedTraining,
  SGD,
  transUnetTraining,
  transUnetValidation,
} from './testing/networks.ts';
import { replayPlan } from './testing/replay.ts';

const small = samedTraining();
const SETTINGS: PlanSettings = { batchSize: 6, optimizer: ADAMW, limits: NO_LIMITS, traits: GPU_TRAITS };
const within = (totalBytes: number): PlanLimits => ({ ...NO_LIMITS, totalBytes });

function planSmall(settings: Partial<PlanSettings> = {}): TrainingPlan {
  return planTraining(small, { ...SETTINGS, ...settings });
}

describe('the choice', () => {
  const bytesOf = (settings: Partial<PlanSettings>) => planSmall(settings).totalBytes;
  const [none = 0, hidden = 0, blocks = 0] = RECOMPUTATIONS.map((recomputation) =>
    bytesOf({ microBatch: 6, recomputation }),
  );

  it('takes less memory, and more operations, the more is made again', () => {
    expect([none, hidden, blocks]).toEqual([none, hidden, blocks].toSorted((a, b) => b - a));
    expect(new Set([none, hidden, blocks]).size).toBe(3);
    const flops = RECOMPUTATIONS.map((recomputation) =>
      planFlops(planSmall({ microBatch: 6, recomputation })),
    );
    expect(flops).toEqual(flops.toSorted((a, b) => a - b));
  });

  it.each([
    { limit: none, expected: { recomputation: 'none', microBatch: 6, microBatchCount: 1 } },
    { limit: none - 1, expected: { recomputation: 'hidden', microBatch: 6, microBatchCount: 1 } },
    { limit: hidden - 1, expected: { recomputation: 'blocks', microBatch: 6, microBatchCount: 1 } },
    { limit: blocks - 1, expected: { recomputation: 'none', microBatchCount: 2 } },
  ])('is the fastest within $limit bytes', ({ limit, expected }) => {
    const plan = planSmall({ limits: within(limit) });
    expect(plan).toMatchObject(expected);
    expect(plan.totalBytes).toBeLessThanOrEqual(limit);
    replayPlan(small, plan);
  });

  it('makes more again in several micro-batches when single images with everything kept do not fit', () => {
    const single = bytesOf({ microBatch: 1, recomputation: 'none' });
    const plan = planSmall({ limits: within(single - 1) });
    expect(plan.recomputation).not.toBe('none');
    expect(plan.microBatchCount).toBeGreaterThan(1);
    expect(plan.totalBytes).toBeLessThan(single);
  });

  it('fills up a batch with few images', () => {
    const limits = within(bytesOf({ batchSize: 28, microBatch: 10, recomputation: 'none' }));
    expect(planSmall({ batchSize: 28, recomputation: 'none', limits })).toMatchObject({
      batchSize: 28,
      microBatch: 7,
      microBatchCount: 4,
    });
  });

  it('cuts a batch whose largest tensor is larger than a binding', () => {
    const largest = (plan: TrainingPlan) =>
      Math.max(
        ...Object.values(plan.programmes)
          .flat()
          .flatMap((step) => (step.kind === 'dispatch' ? step.places.map(({ sizeBytes }) => sizeBytes) : [])),
      );
    const whole = largest(planSmall());
    const plan = planSmall({ limits: { ...NO_LIMITS, bindingBytes: whole - 1 } });
    expect(plan.microBatchCount).toBeGreaterThan(1);
    expect(largest(plan)).toBeLessThan(whole);
  });

  it('is the same each time', () => {
    const settings = { limits: within(blocks - 1) };
    expect(planSmall(settings)).toEqual(planSmall(settings));
  });
});

describe('the refusal', () => {
  const refusalOf = (plan: () => TrainingPlan) => {
    try {
      plan();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it('says what the smallest plan would need', () => {
    const smallest = planSmall({ microBatch: 1, recomputation: 'blocks' }).totalBytes;
    expect(refusalOf(() => planSmall({ limits: within(1e5) }))).toMatchObject({
      code: 'train/does-not-fit',
      message: `Training 'samed' needs at least ${Math.ceil(smallest / 1e6)} MB, and it may take 0 MB: one image at a time, with all but a few values made again.`,
      context: { totalBytes: smallest, neededBytes: smallest, limitBytes: 1e5, microBatch: 1 },
    });
  });

  it('names the tensor that no buffer holds', () => {
    expect(refusalOf(() => planSmall({ limits: { ...NO_LIMITS, bufferBytes: 1000 } }))).toMatchObject({
      code: 'train/does-not-fit',
      message: expect.stringMatching(
        /^Training 'samed' does not fit: '.+' takes 1 MB, and a buffer of this adapter holds 0 MB: /,
      ),
    });
  });

  it('says that batch norms need the whole batch', () => {
    const transUnet = transUnetTraining(false);
    const plan = (settings: Partial<PlanSettings>) => () =>
      planTraining(transUnet, { ...SETTINGS, optimizer: SGD, ...settings });
    expect(refusalOf(plan({ microBatch: 2 }))).toMatchObject({
      code: 'train/does-not-fit',
      message: expect.stringContaining('batch norms look at the whole batch; it cannot take 2 at a time'),
    });
    expect(refusalOf(plan({ limits: within(1e5) }))).toMatchObject({
      message: expect.stringContaining('6 images at a time, because its batch norms look at the whole batch'),
    });
  });

  it('says that nothing trains', () => {
    const frozen = samedTraining(undefined, { isFrozen: true });
    expect(refusalOf(() => planTraining(frozen, SETTINGS))).toMatchObject({ code: 'train/not-trainable' });
  });
});

describe('a plan without an optimiser', () => {
  const frozen = samedTraining(undefined, { isFrozen: true });
  const training = { ...frozen, outputs: [...frozen.outputs, { name: 'logits', value: logitsOf(frozen) }] };

  it.each([1, 2, 6])('runs the forward part and the loss, and leaves the logits, by %i', (microBatch) => {
    const plan = planTraining(training, { ...SETTINGS, optimizer: undefined, microBatch });
    replayPlan(training, plan);
    expect(plan.trainables).toBeUndefined();
    expect([plan.programmes.backward, plan.programmes.update]).toEqual([[], []]);
    expect(plan.outputs).toMatchObject([{ name: 'logits', shape: [microBatch, 3, 16, 16] }]);
    expect(plan.report.entries.map(({ name }) => name)).toEqual(frozen.outputs.map(({ name }) => name));
  });

  it('takes a TransUNet by micro-batches once its batch norms have running statistics', () => {
    const transUnet = transUnetValidation(true);
    const plan = planTraining(transUnet, { ...SETTINGS, optimizer: undefined, microBatch: 2 });
    replayPlan(transUnet, plan);
    expect(plan).toMatchObject({ microBatchCount: 3, states: [] });
  });

  it('leaves the gradients of a graph that has them out', () => {
    const plan = planTraining(small, { ...SETTINGS, optimizer: undefined });
    replayPlan(small, plan);
    expect(plan.parameters).toHaveLength(small.parameters.length);
  });
});

function logitsOf({ nodes }: typeof small): string {
  return nodes.find(({ kind }) => kind === 'segmentationSums')?.inputs[0] ?? '';
}

describe('the plan of a ViT-B at 512', () => {
  const training = samedTraining(publishedSamed('ViT-B', { side: 512, classes: 2, rank: 4 }));
  const DEFAULT_LIMITS: PlanLimits = { totalBytes: 2e9, bindingBytes: 2 ** 27, bufferBytes: 2 ** 28 };

  it('trains 28 images within 2 GB and the limits that WebGPU grants everywhere', () => {
    const plan = planTraining(training, { ...SETTINGS, batchSize: 28, limits: DEFAULT_LIMITS });
    expect(plan.totalBytes).toBeLessThanOrEqual(2e9);
    expect(Math.max(...plan.regions.map(({ sizeBytes }) => sizeBytes))).toBeLessThanOrEqual(2 ** 27);
  });

  it.each(RECOMPUTATIONS)('with %s made again takes little more than is alive at once', (recomputation) => {
    const graph = readStepGraph(training, true);
    const { lifetimes, shared } = chooseLayout(graph, { ...SETTINGS, batchSize: 2, recomputation });
    const change = new Map<number, number>();
    const add = (at: number, bytes: number) => change.set(at, (change.get(at) ?? 0) + bytes);
    for (const { first, last, sizeBytes } of lifetimes.lives) {
      add(first, sizeBytes);
      add(last + 1, -sizeBytes);
    }
    let [alive, most] = [0, 0];
    for (const [, bytes] of [...change].toSorted(([a], [b]) => a - b)) {
      alive += bytes;
      most = Math.max(most, alive);
    }
    const taken = shared.sizes.reduce((sum, size) => sum + size, 0);
    expect(taken).toBeGreaterThanOrEqual(most);
    expect(taken).toBeLessThan(1.02 * most);
  });
});
