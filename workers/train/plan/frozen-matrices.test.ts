/** Frozen matrices as f16 in plans: which they are, what they take, and which kernels read them. */
import { describe, expect, it } from 'vitest';

import { elementCount } from '../../../models/graph/shape.ts';
import { frozenMatrices } from './frozen-matrices.ts';
import { planTraining } from './plan-training.ts';
import type { PlanSettings, TrainingPlan } from './plan.ts';
import { printPlan } from './print-plan.ts';
import {
  ADAMW,
  GPU_TRAITS,
  NO_LIMITS,
  samedTraining,
  SMALL_SAMED,
  transUnetTraining,
  wholeSamedTraining,
} from './testing/networks.ts';
import { replayPlan } from './testing/replay.ts';

const SETTINGS: PlanSettings = { batchSize: 3, optimizer: ADAMW, limits: NO_LIMITS, traits: GPU_TRAITS };
/** A side of which no row or count is even: 15 by 15 matrices have 225 elements. */
const ODD_SAMED = { ...SMALL_SAMED, dim: 15, heads: 3, mlpDim: 45 };
const training = samedTraining(ODD_SAMED);
const matrices = frozenMatrices(training);

/** Bytes of the buffers of frozen parameters. */
function parameterBytes({ regions }: TrainingPlan): number {
  const ofParameters = regions.filter(({ role }) => role === 'parameter');
  return ofParameters.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
const aligned = (sizeBytes: number) => Math.ceil(sizeBytes / 256) * 256;

describe('the frozen matrices of a training', () => {
  it("are the weights of the encoder's layers, and nothing that trains or that another kernel reads", () => {
    const blocks = Array.from({ length: ODD_SAMED.depth }, (_, block) => `image_encoder.blocks.${block}`);
    const layers = ['attn.qkv', 'attn.proj', 'mlp.lin1', 'mlp.lin2'];
    const weights = blocks.flatMap((block) => layers.map((layer) => `${block}.${layer}.weight`));
    expect([...matrices].filter((name) => name.startsWith('image_encoder.')).toSorted()).toEqual(
      weights.toSorted(),
    );
    const trained = new Set(training.gradients.map(({ parameter }) => parameter));
    expect([...matrices].filter((name) => trained.has(name))).toEqual([]);
  });

  it('are none where every weight trains', () => {
    expect([...frozenMatrices(wholeSamedTraining()), ...frozenMatrices(transUnetTraining(true))]).toEqual([]);
  });
});

describe('a plan that stores them as f16', () => {
  const full = planTraining(training, SETTINGS);
  const half = planTraining(training, { ...SETTINGS, halves: matrices });

  it('carries out its training graph', () => {
    expect(() => replayPlan(training, half)).not.toThrow();
    const cut = { ...SETTINGS, halves: matrices, microBatch: 1, recomputation: 'blocks' } as const;
    expect(() => replayPlan(training, planTraining(training, cut))).not.toThrow();
  });

  it('takes half their bytes, in whole words, and no other', () => {
    const saved = full.parameters
      .filter(({ name }) => matrices.has(name))
      .map(({ shape }) => {
        const count = elementCount(shape);
        return aligned(4 * count) - aligned(4 * Math.ceil(count / 2));
      });
    expect(saved).toHaveLength(matrices.size);
    const expected = saved.reduce((sum, each) => sum + each, 0);
    expect(expected).toBeGreaterThan(0);
    expect(full.totalBytes - half.totalBytes).toBe(expected);
    expect(parameterBytes(full) - parameterBytes(half)).toBe(expected);
    for (const { name, shape, place, storage } of half.parameters) {
      const count = elementCount(shape);
      expect([name, storage, place.sizeBytes]).toEqual(
        matrices.has(name) ? [name, 'f16', 4 * Math.ceil(count / 2)] : [name, 'f32', 4 * count],
      );
    }
  });

  it('says so in its text', () => {
    const lines = printPlan(half).split('\n');
    const ofHalves = lines.filter((line) => line.endsWith(' of f16'));
    expect(ofHalves).toHaveLength(matrices.size);
    const name = 'image_encoder.blocks.0.attn.proj.weight';
    expect(ofHalves.find((line) => line.includes(name))).toMatch(
      /^parameter image_encoder\.blocks\.0\.attn\.proj\.weight \[15,15\] @\d+\+\d+:452 of f16$/,
    );
    expect(printPlan(full)).not.toContain('f16');
  });

  it('has them read by kernels of halves, and all else by kernels of f32', () => {
    const placeOf = ({ region, offsetBytes }: { region: number; offsetBytes: number }) =>
      `${region}+${offsetBytes}`;
    const halves = new Set(
      half.parameters.filter(({ storage }) => storage === 'f16').map(({ place }) => placeOf(place)),
    );
    const steps = Object.values(half.programmes).flat();
    let readCount = 0;
    for (const step of steps) {
      if (step.kind !== 'dispatch') continue;
      for (const [binding, place] of step.places.entries()) {
        const declared = new RegExp(
          `@binding\\(${binding}\\) var<storage, read> \\w+: array<(u32|vec2<u32>)>`,
        );
        const isHalf = halves.has(placeOf(place));
        expect(declared.test(step.dispatch.code), `${step.node}, binding ${binding}`).toBe(isHalf);
        if (isHalf) readCount++;
      }
    }
    // Forward, and the gradients of inputs: all but the first block's, before which nothing trains.
    expect(readCount).toBeGreaterThan(1.5 * matrices.size);
  });

  it('refuses to store what trains, or what no kernel reads as halves', () => {
    const trained = new Set(training.gradients.slice(0, 1).map(({ parameter }) => parameter));
    expect(() => planTraining(training, { ...SETTINGS, halves: trained })).toThrow(/steps change/);
    const table = new Set(['image_encoder.pos_embed']);
    expect(() => planTraining(training, { ...SETTINGS, halves: table })).toThrow(/in f16/);
  });
});
