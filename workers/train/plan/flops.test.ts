/** Operations by the formulas of the nodes against those that the dispatches of products do by their own sizes. */
import { describe, expect, it } from 'vitest';

import type { TrainingGraph } from '../../../models/graph/training-graph.ts';
import { publishedSamed } from '../../../models/zoo/samed-configuration.ts';
import { planFlops } from './flops.ts';
import { planTraining } from './plan-training.ts';
import type { PlanSettings, PlanStep } from './plan.ts';
import {
  ADAMW,
  GPU_TRAITS,
  NO_LIMITS,
  samedTraining,
  transUnetTraining,
  wholeSamedTraining,
} from './testing/networks.ts';

const SETTINGS: PlanSettings = { batchSize: 2, optimizer: ADAMW, limits: NO_LIMITS, traits: GPU_TRAITS };

type DispatchStep = Extract<PlanStep, { readonly kind: 'dispatch' }>;

/** Multiplications and additions of a tiled product: whole sums for each element, whatever parts they are cut into. */
function dispatchFlops({ dispatch: { constants } }: DispatchStep): number {
  const { ROWS = 0, COLUMNS = 0, INNER = 0, BATCHES = 1 } = constants;
  return 2 * ROWS * COLUMNS * INNER * BATCHES;
}

const PRODUCTS = new Set([
  'linear',
  'linearInputGradient',
  'linearWeightGradient',
  'matmul',
  'matmulLeftGradient',
  'matmulRightGradient',
]);

function productsOf(training: TrainingGraph): { expected: number; stated: number }[] {
  const { programmes } = planTraining(training, SETTINGS);
  const steps = Object.values(programmes)
    .flat()
    .filter((step) => step.kind === 'dispatch');
  return training.nodes
    .filter(({ kind }) => PRODUCTS.has(kind))
    .map(({ results }) => steps.filter(({ node }) => node === results[0]?.name))
    .filter((own) => own.every(({ dispatch }) => dispatch.constants['PAIR_0_RANK'] === undefined))
    .map((own) => ({
      expected: own.reduce((sum, step) => sum + dispatchFlops(step), 0),
      stated: own.reduce((sum, step) => sum + step.flops, 0),
    }));
}

describe('floating-point operations', () => {
  it.each([
    { name: 'SAMed', training: wholeSamedTraining() },
    { name: 'TransUNet', training: transUnetTraining(true) },
  ])('of the matrix products of $name are those of their dispatches', ({ training }) => {
    const products = productsOf(training);
    expect(products.length).toBeGreaterThan(20);
    expect(products.map(({ stated }) => stated)).toEqual(products.map(({ expected }) => expected));
  });

  it('of a step are those of all its programmes, as often as they run', () => {
    const training = samedTraining();
    const [whole, cut] = [2, 1].map((microBatch) => planTraining(training, { ...SETTINGS, microBatch }));
    const sumOf = (steps: readonly PlanStep[] = []) =>
      steps.reduce((sum, step) => sum + (step.kind === 'dispatch' ? step.flops : 0), 0);
    const { forward, loss, backward, update } = cut?.programmes ?? {};
    expect(planFlops(cut as NonNullable<typeof cut>)).toBeCloseTo(
      2 * (sumOf(forward) + sumOf(backward)) + sumOf(loss) + sumOf(update),
      3,
    );
    expect(planFlops(whole as NonNullable<typeof whole>)).toBeLessThan(
      planFlops(cut as NonNullable<typeof cut>),
    );
  });

  it('of a step of a ViT-B at 512 are about 430 GFLOP an image, the forward part 199', () => {
    const training = samedTraining(publishedSamed('ViT-B', { side: 512, classes: 2, rank: 4 }));
    const plan = planTraining(training, { ...SETTINGS, batchSize: 1 });
    const forward = plan.programmes.forward.reduce(
      (sum, step) => sum + (step.kind === 'dispatch' ? step.flops : 0),
      0,
    );
    expect(forward / 199e9).toBeCloseTo(1, 1);
    expect(planFlops(plan) / 430e9).toBeCloseTo(1, 1);
  });
});
