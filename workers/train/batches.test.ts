/** From samples to the inputs of a step: which images, in which order, from which worker, with which weights. */
import { describe, expect, it } from 'vitest';

import { drawAugmentation } from '../../core/imaging/augment.ts';
import type { SampleSource } from '../api/data.ts';
import { feedBatches } from './batch-feed.ts';
import { epochOf, planBatches } from './batch-plan.ts';
import { createSampleReader, type SampleReader, type SampleRequest } from './sample-reader.ts';
import { makeStepInputs } from './step-inputs.ts';
import { TEST_SOURCE, testSpec } from './testing.ts';

const PLAIN = { objective: { kind: 'plain' }, batchSize: 4, epochCount: 3, seed: 1 } as const;
const GROUPS = [0, 0, 0, 0, 0, 0, 0, 1, 1, -1];

describe('the batches of a run', () => {
  const plan = planBatches(GROUPS, 2, PLAIN);
  const batches = [...plan.batches(0)];

  it('have every image once an epoch, the last batch of an epoch what is left', () => {
    expect([plan.stepsPerEpoch, plan.stepCount]).toEqual([3, 9]);
    expect(batches.map(({ length }) => length)).toEqual([4, 4, 2, 4, 4, 2, 4, 4, 2]);
    for (let epoch = 0; epoch < 3; epoch++) {
      const seen = batches.slice(3 * epoch, 3 * epoch + 3).flat();
      expect(seen.map(({ sample }) => sample).toSorted((a, b) => a - b)).toEqual([...GROUPS.keys()]);
    }
    expect(batches.flat().map(({ position }) => position)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect([1, 3, 4, 9].map((step) => epochOf(step, plan))).toEqual([1, 1, 2, 3]);
  });

  it.each(['plain', 'balancedSampling', 'inverseFrequency'] as const)(
    'are the same from any step on, %s',
    (kind) => {
      const of = planBatches(GROUPS, 2, { ...PLAIN, objective: { kind } });
      const all = [...of.batches(0)];
      for (const done of [0, 1, 5, 9]) expect([...of.batches(done)]).toEqual(all.slice(done));
    },
  );

  it('are others for another seed', () => {
    expect([...planBatches(GROUPS, 2, { ...PLAIN, seed: 2 }).batches(0)]).not.toEqual(batches);
  });

  it('follow the objective in order and weights', () => {
    const balanced = planBatches(GROUPS, 2, { ...PLAIN, objective: { kind: 'balancedSampling' } });
    const groups = [...balanced.batches(0)].flat().map(({ sample }) => GROUPS[sample]);
    expect([0, 1, -1].map((group) => groups.filter((one) => one === group).length)).toEqual([10, 10, 10]);
    expect(plan.weights).toEqual(GROUPS.map(() => 1));
    const weighted = planBatches(GROUPS, 2, { ...PLAIN, objective: { kind: 'inverseFrequency' } });
    expect(weighted.weights.slice(-3)).toEqual([9 / 4, 9 / 4, 1]);
  });
});

describe('the images of batches', () => {
  const preprocess = { kind: 'segmentation', crop: null, side: 32, preset: 'corrected' } as const;
  const plan = planBatches(GROUPS, 2, PLAIN);
  const training = GROUPS.map((group, index) => ({ id: `image ${index}`, shard: 0, group }));

  /** What is asked for of each image that batches are read of, after so many steps. */
  async function askedOf(isAugmented: boolean, doneSteps: number) {
    const asked: SampleRequest[] = [];
    const reader = createSampleReader(() => new Map([[0, TEST_SOURCE]]), preprocess);
    const noting: SampleReader = {
      read: (requests) => {
        asked.push(...requests);
        return reader.read(requests);
      },
    };
    const settings = { ...testSpec().settings, ...PLAIN, isAugmented };
    for await (const _ of feedBatches({ training, settings }, plan, noting, doneSteps));
    return asked;
  }

  it('are augmented by their place in the run, each in its own way, also when it goes on', async () => {
    const asked = await askedOf(true, 0);
    expect(asked.map(({ augmentation }) => augmentation)).toEqual(
      Array.from({ length: 30 }, (_, position) => drawAugmentation(PLAIN.seed, position)),
    );
    expect(new Set(asked.map(({ augmentation }) => JSON.stringify(augmentation))).size).toBeGreaterThan(10);
    expect(await askedOf(true, 4)).toEqual(asked.slice(14));
  });

  it('are read as they are where nothing is augmented', async () => {
    const asked = await askedOf(false, 0);
    expect(asked.filter(({ augmentation }) => augmentation !== undefined)).toEqual([]);
    expect(asked).toHaveLength(30);
  });
});

describe('reading samples', () => {
  const preprocess = { kind: 'segmentation', crop: null, side: 32, preset: 'corrected' } as const;
  const none = { kind: 'none' } as const;
  const turn = { kind: 'turn', turns: 1, flipAxis: 0 } as const;

  /** The test source, counting what it is asked for. */
  function counting() {
    const asked: string[][] = [];
    const source: SampleSource = {
      prepare: (ids, ...rest) => {
        asked.push([...ids]);
        return TEST_SOURCE.prepare(ids, ...rest);
      },
    };
    return { asked, source };
  }
  const ref = (id: string, shard: number) => ({ id, shard });

  it('asks each worker once and gives the order asked for, whatever the arrangement', async () => {
    const { asked, source } = counting();
    const reader = createSampleReader(() => new Map([0, 1].map((shard) => [shard, source])), preprocess);
    const requests = ['a', 'b', 'c', 'd'].map((id, index) => ({
      ref: ref(id, index % 2),
      augmentation: index === 3 ? turn : none,
    }));
    const found = await reader.read(requests);
    expect(asked).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
    const alone = createSampleReader(() => new Map([[0, TEST_SOURCE]]), preprocess);
    const others = await alone.read(requests.map((one) => ({ ...one, ref: ref(one.ref.id, 0) })));
    expect(found).toEqual(others);
    expect(found[0]).not.toEqual(found[3]);
  });

  it('reads an image that is not augmented once', async () => {
    const { asked, source } = counting();
    const reader = createSampleReader(() => new Map([[0, source]]), preprocess);
    const request = { ref: ref('a', 0), augmentation: undefined };
    const first = await reader.read([request]);
    expect(await reader.read([request])).toEqual(first);
    expect(asked).toHaveLength(1);
    await reader.read([{ ...request, augmentation: turn }]);
    expect(asked).toHaveLength(2);
  });

  it('tells samples that cannot be read, and those of a worker that is not there or fails', async () => {
    const failing: SampleSource = { prepare: () => Promise.reject(new Error('crashed')) };
    const sources = new Map([
      [0, TEST_SOURCE],
      [1, failing],
    ]);
    const reader = createSampleReader(() => sources, preprocess);
    const requests = ['a', 'broken', 'b', 'c'].map((id, index) => ({
      ref: ref(id, [0, 0, 1, 2][index] ?? 0),
      augmentation: undefined,
    }));
    const found = await reader.read(requests);
    expect(found.map((one) => ('error' in one ? one.error.code : 'read'))).toEqual([
      'read',
      'file/unreadable',
      'worker/unexpected',
      'sample/not-loaded',
    ]);
  });
});

describe('the inputs of a step', () => {
  it('repeat the grey image, shrink the mask, and fill up with images of no weight', () => {
    const image = Float32Array.of(0.1, 0.2, 0.3, 0.4);
    const sample = { image, mask: Uint8Array.of(0, 1, 2, 2) };
    const layout = { side: 2, logitSide: 1, logits: 'logits', preset: 'corrected' } as const;
    const inputs = makeStepInputs([{ sample, group: 1, weight: 2 }], 2, layout);
    expect(inputs.get('image')).toEqual(
      Float32Array.of(...image, ...image, ...image, ...new Float32Array(12)),
    );
    expect(inputs.get('label')).toEqual(Float32Array.of(0, 0));
    expect(inputs.get('group')).toEqual(Float32Array.of(1, -1));
    expect(inputs.get('sampleWeight')).toEqual(Float32Array.of(2, 0));
  });
});
