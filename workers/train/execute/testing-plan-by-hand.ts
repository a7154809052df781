/**
 * A training plan written by hand, whose numbers can be followed: loss = 10 times the sum of the images, and every weight's
 * gradient is the loss times that sum. For tests of what carries plans out.
 */
import type { KernelTraits } from '../../gpu/kernels/kernel.ts';
import { sgdKernel } from '../../gpu/kernels/optimiser.ts';
import type { NamedArrays } from '../engine.ts';
import type { CopyEnd, Place, PlanStep, Region, TrainingPlan } from '../plan/plan.ts';
import type { TestValues } from './testing.ts';

const SLOT_COUNT = 3;
const MOMENTUM = 0.5;
const WEIGHTS = [2, 3];
const FACTOR = [10];

/** out[i] = factor * image[i], for the images of a micro-batch. */
const SCALE = `
@group(0) @binding(0) var<storage, read> image: array<f32>;
@group(0) @binding(1) var<storage, read> factor: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3<u32>) {
  out[id.x] = factor[0] * image[id.x];
}`;

/** loss = sum of gathered * weight of the image; every weight's gradient is the loss. */
const LOSS = `
override COUNT: u32;
@group(0) @binding(0) var<storage, read> gathered: array<f32>;
@group(0) @binding(1) var<storage, read> imageWeight: array<f32>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
@compute @workgroup_size(1) fn main() {
  var sum = 0.0;
  for (var i = 0u; i < COUNT; i++) { sum += gathered[i] * imageWeight[i]; }
  loss[0] = sum;
}`;

/** Adds the loss times the sum of the micro-batch's images to both weights' gradients, and 1 to the count of micro-batches. */
const GRADIENT = `
override COUNT: u32;
@group(0) @binding(0) var<storage, read> loss: array<f32>;
@group(0) @binding(1) var<storage, read> image: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(3) var<storage, read_write> count: array<f32>;
@compute @workgroup_size(1) fn main() {
  var sum = 0.0;
  for (var i = 0u; i < COUNT; i++) { sum += image[i]; }
  gradients[0] += loss[0] * sum;
  gradients[64] += loss[0] * sum;
  count[0] += 1.0;
}`;

export interface HandSizes {
  readonly batchSize: number;
  readonly microBatch: number;
  readonly isTrained?: boolean;
}

/** Two weights, a frozen factor, a state that counts micro-batches. Inputs are those of `handInputs`, values `HAND_VALUES`. */
export function planByHand(
  { batchSize, microBatch, isTrained = true }: HandSizes,
  traits: KernelTraits,
): TrainingPlan {
  const microBatchCount = Math.ceil(batchSize / microBatch);
  const padded = microBatch * microBatchCount;
  const regions: Region[] = [];
  const region = (name: string, role: Region['role'], elements: number): Place => {
    regions.push({ name, role, sizeBytes: 4 * elements });
    return { region: regions.length - 1, offsetBytes: 0, sizeBytes: 4 * elements };
  };
  const factor = region('factor', 'parameter', 1);
  const image = region('image', 'input', microBatch);
  const imageWeight = region('imageWeight', 'batch', padded);
  const scaled = region('scaled', 'activation', microBatch);
  const gathered = region('gathered', 'batch', padded);
  const loss = region('loss', 'activation', 1);
  const count = region('count', 'state', 1);
  const report = region('report', 'report', 64 * SLOT_COUNT);
  const fixed = (place: Place): CopyEnd => ({ ...place, strideBytes: 0, by: 'nothing' });
  const dispatch = (
    node: string,
    code: string,
    places: readonly Place[],
    constants = {},
    x = 1,
  ): PlanStep => ({
    kind: 'dispatch',
    node,
    dispatch: {
      class: `class of ${node}`,
      code,
      constants,
      bindings: places.map((_, index) => ({ from: 'input', index })),
      workgroups: [x, 1, 1],
    },
    places,
    flops: 1,
  });
  const copyReport: PlanStep = {
    kind: 'copy',
    from: fixed(loss),
    to: { ...report, strideBytes: 256, by: 'step' },
    sizeBytes: 4,
  };
  const packed = () => {
    const [weights, gradients, decays, velocity, settings] = [
      region('weights', 'trainable', 65),
      region('gradients', 'trainable', 65),
      region('decays', 'trainable', 65),
      region('velocity', 'optimizer', 65),
      region('settings', 'batch', 3),
    ] as const;
    const [update] = sgdKernel(65, MOMENTUM, traits).dispatches;
    if (update === undefined) throw new Error('the optimiser has no dispatch');
    return {
      trainables: {
        optimizer: { kind: 'sgd', momentum: MOMENTUM },
        elementCount: 65,
        entries: [
          { parameter: 'a', shape: [1], page: 0, start: 0, count: 1 },
          { parameter: 'b', shape: [1], page: 0, start: 64, count: 1 },
        ],
        pages: [{ start: 0, count: 65, weights, gradients, decays, moments: [velocity] }],
        settings,
      },
      clear: [{ kind: 'clear', place: gradients }],
      backward: [dispatch('gradient', GRADIENT, [loss, image, gradients, count], { COUNT: microBatch })],
      update: [
        {
          kind: 'dispatch',
          node: 'sgd',
          dispatch: update,
          flops: 1,
          places: [settings, gradients, decays, weights, velocity],
        },
        copyReport,
      ],
    } as const;
  };
  const training = isTrained
    ? packed()
    : { trainables: undefined, clear: [], backward: [], update: [copyReport] };
  return {
    name: 'by hand',
    batchSize,
    microBatch,
    microBatchCount,
    recomputation: 'none',
    regions,
    totalBytes: regions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    inputs: [
      { name: 'image', shape: [microBatch], place: image, per: 'microBatch' },
      { name: 'imageWeight', shape: [padded], place: imageWeight, per: 'batch' },
    ],
    parameters: [{ name: 'factor', shape: [1], place: factor, storage: 'f32' }],
    trainables: training.trainables,
    states: [{ name: 'count', shape: [1], place: count }],
    outputs: [{ name: 'scaled', shape: [microBatch], place: scaled }],
    report: {
      place: report,
      slotCount: SLOT_COUNT,
      slotBytes: 256,
      entries: [{ name: 'loss', startElement: 0, count: 1 }],
    },
    programmes: {
      forward: [
        dispatch('scaled', SCALE, [image, factor, scaled], {}, microBatch),
        {
          kind: 'copy',
          from: fixed(scaled),
          to: { ...gathered, strideBytes: 4 * microBatch, by: 'microBatch' },
          sizeBytes: 4 * microBatch,
        },
      ],
      loss: [...training.clear, dispatch('loss', LOSS, [gathered, imageWeight, loss], { COUNT: padded })],
      backward: training.backward,
      update: training.update,
    },
  };
}

/** What the plan begins with. */
export const HAND_VALUES: TestValues = {
  factor: { data: FACTOR },
  a: { data: WEIGHTS.slice(0, 1) },
  b: { data: WEIGHTS.slice(1) },
  count: { data: [0] },
};

/** A step's inputs: images that are numbers, each of weight 1. */
export function handInputs(...images: readonly number[]): NamedArrays {
  return new Map([
    ['image', Float32Array.from(images)],
    ['imageWeight', new Float32Array(images.length).fill(1)],
  ]);
}

export const HAND_RATES = { learningRate: 0.5, weightDecay: 0 };
