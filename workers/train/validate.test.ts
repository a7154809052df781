/** Validation by an engine whose logits are given: means, groups that are not there, batches that are not full, images left out. */
import { describe, expect, it } from 'vitest';

import type { TrainSample } from '../api/train.ts';
import type { NamedArrays, StepInputs } from './engine.ts';
import type { TrainingPlan } from './plan/plan.ts';
import type { SampleReader } from './sample-reader.ts';
import { validate } from './validate.ts';

const LAYOUT = { side: 2, logitSide: 2, logits: 'logits', preset: 'corrected' } as const;
const PIXELS = 4;
const PLAN = { batchSize: 2 } as TrainingPlan;

/** An image whose pixels, times ten, are the classes that the engine below predicts. */
const image = (id: string, group: number): TrainSample => ({ id, shard: 0, group });
const PREDICTED: Readonly<Record<string, readonly number[]>> = {
  right: [0, 1, 1, 2],
  'without a cup': [0, 1, 1, 1],
  empty: [0, 0, 0, 0],
};
const TRUTH = Uint8Array.of(0, 1, 1, 2);

const reader: SampleReader = {
  read: async (requests) =>
    requests.map(({ ref }) => {
      const classes = PREDICTED[ref.id];
      return classes === undefined
        ? { error: { code: 'file/unreadable', message: 'It cannot be read.' } }
        : { image: Float32Array.from(classes, (value) => value / 10), mask: TRUTH };
    }),
};

/** Predicts what the pixels of the first channel say. */
async function evaluate(inputs: StepInputs) {
  const pixels = inputs.get('image') ?? new Float32Array();
  const logits = new Float32Array(PLAN.batchSize * 3 * PIXELS);
  for (let at = 0; at < PLAN.batchSize * PIXELS; at++) {
    const [index, pixel] = [Math.floor(at / PIXELS), at % PIXELS];
    const label = Math.round(10 * (pixels[index * 3 * PIXELS + pixel] ?? 0));
    logits[(index * 3 + label) * PIXELS + pixel] = 1;
  }
  const outputs: NamedArrays = new Map([['logits', logits]]);
  return { report: {}, outputs };
}

const validated = (samples: readonly TrainSample[], groupCount: number) =>
  validate(
    { plan: PLAN, evaluate },
    reader,
    { samples, groupCount },
    LAYOUT,
    5,
    new AbortController().signal,
    () => undefined,
  );

describe('a validation', () => {
  it('is the mean over images that could be read, also of unknown group, by group where there are images', async () => {
    const samples = [
      image('right', 0),
      image('unreadable', 1),
      image('without a cup', 0),
      image('empty', -1),
      image('right', 2),
    ];
    const { event, overlays, failures } = await validated(samples, 3);
    // Rim of two and three pixels, two of them in common; an empty prediction scores nothing.
    expect(event?.rimDice).toBeCloseTo((1 + 4 / 5 + 0 + 1) / 4, 12);
    expect(event?.cupDice).toBeCloseTo((1 + 0 + 0 + 1) / 4, 12);
    expect(event?.discDice).toBeCloseTo((1 + 1 + 0 + 1) / 4, 12);
    expect(event).toMatchObject({ step: 5, imageCount: 4, groupDiscDice: [1, null, 1] });
    expect(overlays.map(({ id }) => id)).toEqual(['right', 'without a cup', 'empty', 'right']);
    expect(overlays.map(({ prediction }) => [...prediction])).toEqual(
      overlays.map(({ id }) => PREDICTED[id]),
    );
    expect(failures.map(({ id }) => id)).toEqual(['unreadable']);
  });

  it('of images none of which can be read is none', async () => {
    const { event, failures } = await validated([image('unreadable', 0)], 1);
    expect([event, failures.length]).toEqual([undefined, 1]);
  });

  it('refuses logits that are not finite', async () => {
    const broken = async (inputs: StepInputs) => {
      const found = await evaluate(inputs);
      found.outputs.get('logits')?.fill(Number.NaN, 0, 1);
      return found;
    };
    const end = validate(
      { plan: PLAN, evaluate: broken },
      reader,
      { samples: [image('right', 0)], groupCount: 1 },
      LAYOUT,
      5,
      new AbortController().signal,
      () => undefined,
    );
    await expect(end).rejects.toMatchObject({ code: 'runtime/run-failed' });
  });
});
