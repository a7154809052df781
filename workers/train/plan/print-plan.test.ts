/** The reviewed plan of a network of two convolutions and a ReLU: read it line by line when it changes. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { createGraphBuilder } from '../../../models/graph/builder.ts';
import type { TrainingGraph } from '../../../models/graph/training-graph.ts';
import { differentiate } from '../../../models/rewrite/differentiate.ts';
import { planTraining } from './plan-training.ts';
import type { PlanSettings } from './plan.ts';
import { printPlan } from './print-plan.ts';
import { GPU_TRAITS, NO_LIMITS, SGD } from './testing/networks.ts';
import { replayPlan } from './testing/replay.ts';

/** A frozen and a trainable convolution of one pixel, with a ReLU between. */
function tinyTraining(): TrainingGraph {
  const builder = createGraphBuilder('tiny');
  const image = builder.input('image', ['N', 1, 4, 4]);
  const frozen = builder.parameter('first.weight', [2, 1, 1, 1]);
  const weight = builder.parameter('second.weight', [3, 2, 1, 1]);
  const bias = builder.parameter('second.bias', [3]);
  const point = { stride: 1, padding: [0, 0] } as const;
  const first = builder.op('conv2d', 'first', [image, frozen], point);
  const relu = builder.op('unary', 'relu', [first], { function: 'relu' });
  const logits = builder.op('conv2d', 'second', [relu, weight, bias], point);
  return differentiate(builder.build({ logits }), {
    loss: {
      kind: 'segmentation',
      logits: 'logits',
      crossEntropyWeight: 0.2,
      diceWeight: 0.8,
      groupCount: 2,
      method: { kind: 'none' },
    },
    trainable: new Set(['second.weight', 'second.bias']),
    batchNormMomentum: 0.1,
  });
}

const SETTINGS: PlanSettings = { batchSize: 3, optimizer: SGD, limits: NO_LIMITS, traits: GPU_TRAITS };

describe('the printed plan', () => {
  it.each([
    { microBatch: 3, file: 'tiny-whole.txt' },
    { microBatch: 2, file: 'tiny-micro-batches.txt' },
  ])('of a tiny network is $file', async ({ microBatch, file }) => {
    const training = tinyTraining();
    const plan = planTraining(training, { ...SETTINGS, microBatch });
    replayPlan(training, plan);
    const path = fileURLToPath(new URL(`./testing/${file}`, import.meta.url));
    await expect(printPlan(plan)).toMatchFileSnapshot(path);
  });

  it('is the same for the same graph and settings', () => {
    const [training, settings] = [tinyTraining(), { ...SETTINGS, microBatch: 1 }];
    const text = printPlan(planTraining(training, settings));
    expect(printPlan(planTraining(structuredClone(training), settings))).toBe(text);
  });
});
