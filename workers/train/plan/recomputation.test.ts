/** Which operations of the forward part run again. */
import { describe, expect, it } from 'vitest';

import { planTraining } from './plan-training.ts';
import type { PlanSettings, Recomputation, TrainingPlan } from './plan.ts';
import { ADAMW, GPU_TRAITS, NO_LIMITS, wholeSamedTraining } from './testing/networks.ts';

const training = wholeSamedTraining();
const kinds = new Map(training.nodes.map(({ kind, results: [value] }) => [value?.name ?? '', kind]));
const forwardNames = training.nodes
  .slice(0, training.forwardCount)
  .map(({ results: [value] }) => value?.name);
const SETTINGS: PlanSettings = { batchSize: 2, optimizer: ADAMW, limits: NO_LIMITS, traits: GPU_TRAITS };

/** The operations of a programme in their order, each once for all of its dispatches in a row. */
function operations(steps: TrainingPlan['programmes']['forward']): string[] {
  const nodes = steps.flatMap((step) => (step.kind === 'dispatch' ? [step.node] : []));
  return nodes.filter((node, index) => node !== nodes[index - 1]);
}

function remade(recomputation: Recomputation): string[] {
  const { programmes } = planTraining(training, { ...SETTINGS, microBatch: 2, recomputation });
  return operations(programmes.backward).filter((name) => forwardNames.includes(name));
}

describe('the backward part', () => {
  it('makes nothing again when everything is kept', () => {
    expect(remade('none')).toEqual([]);
  });

  it('makes norms, and hidden layers with their functions, again', () => {
    const again = remade('hidden');
    const blocks = [0, 1, 2].map((block) => `image_encoder.blocks.${block}`);
    const hidden = ['norm1', 'norm2', 'mlp.lin1', 'mlp.act'];
    for (const block of blocks) {
      expect(again.filter((name) => name.startsWith(`${block}.`)).toSorted()).toEqual(
        hidden.map((part) => `${block}.${part}`).toSorted(),
      );
    }
    expect(new Set(again.map((name) => kinds.get(name)))).toEqual(
      new Set(['layerNorm', 'linear', 'convTranspose2d', 'unary']),
    );
  });

  it.each(['hidden', 'blocks'] as const)('makes no operation again twice, %s', (recomputation) => {
    const again = remade(recomputation);
    expect(new Set(again).size).toBe(again.length);
  });

  it('makes the blocks again from the last but one to the first, each when its gradients come', () => {
    const { programmes } = planTraining(training, { ...SETTINGS, microBatch: 2, recomputation: 'blocks' });
    const order = operations(programmes.backward);
    const firstRun = (block: number) => order.indexOf(`image_encoder.blocks.${block}.attn.qkv`);
    const gradient = (block: number) => order.indexOf(`image_encoder.blocks.${block}.attn.qkv.dweight`);
    expect(firstRun(0)).toBeGreaterThan(gradient(1));
    expect(firstRun(0)).toBeLessThan(gradient(0));
  });
});
