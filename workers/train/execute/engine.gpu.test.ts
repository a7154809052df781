/**
 * The mechanics of the executor, on a plan written by hand whose numbers can be followed: micro-batches, strides of copies, the
 * ring of reports, states, what is refused, and what is left when the device is lost.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createPipelineCache, type PipelineCache } from '../../gpu/pipelines.ts';
import { type GpuContext, requestGpu } from '../../gpu/device.ts';
import { sgdKernel } from '../../gpu/kernels/optimiser.ts';
import { traitsOf } from '../../gpu/traits.ts';
import type { NamedArrays, TrainingEngine } from '../engine.ts';
import type { CopyEnd, Place, PlanStep, Region, TrainingPlan } from '../plan/plan.ts';
import { createTrainingEngine } from './create-engine.ts';

const SLOT_COUNT = 3;
const MOMENTUM = 0.5;
const WEIGHTS = Float32Array.of(2, 3);
const FACTOR = Float32Array.of(10);

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

interface Sizes {
  readonly batchSize: number;
  readonly microBatch: number;
  readonly isTrained?: boolean;
}

/** Two weights, a frozen factor, a state that counts micro-batches. */
function planByHand({ batchSize, microBatch, isTrained = true }: Sizes): TrainingPlan {
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
    parameters: [{ name: 'factor', shape: [1], place: factor }],
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

let gpu: GpuContext;
let traits: ReturnType<typeof traitsOf>;
let pipelines: PipelineCache;
let uncaught: Error[];

beforeEach(async () => {
  uncaught = [];
  gpu = await requestGpu((error) => uncaught.push(error));
  traits = traitsOf(gpu.device);
  pipelines = createPipelineCache(gpu.device);
});
afterEach(() => {
  gpu.destroy();
  if (uncaught[0] !== undefined) throw uncaught[0];
});

const values = async (name: string): Promise<Float32Array<ArrayBuffer>> => {
  const known: Readonly<Record<string, Float32Array<ArrayBuffer>>> = {
    factor: FACTOR,
    a: WEIGHTS.slice(0, 1),
    b: WEIGHTS.slice(1),
    count: Float32Array.of(0),
  };
  return known[name] ?? new Float32Array();
};

async function open(plan: TrainingPlan, lender?: TrainingEngine): Promise<TrainingEngine> {
  const options = lender === undefined ? { pipelines } : { pipelines, lender };
  return createTrainingEngine(gpu, plan, values, options, new AbortController().signal, () => undefined);
}
const inputsOf = (...images: readonly number[]): NamedArrays =>
  new Map([
    ['image', Float32Array.from(images)],
    ['imageWeight', new Float32Array(images.length).fill(1)],
  ]);
const RATES = { learningRate: 0.5, weightDecay: 0 };
const codeOf = async (task: Promise<unknown>): Promise<unknown> =>
  task.then(
    () => 'no error',
    (error: unknown) => (error as { readonly code?: unknown }).code,
  );

describe('a step', () => {
  it.each([
    { batchSize: 3, microBatch: 3, microBatchCount: 1 },
    { batchSize: 3, microBatch: 1, microBatchCount: 3 },
    { batchSize: 3, microBatch: 2, microBatchCount: 2 },
  ])('of $batchSize images, $microBatch at a time, is the same', async ({ microBatchCount, ...sizes }) => {
    const engine = await open(planByHand(sizes));
    await engine.step(inputsOf(1, 2, 4), RATES);
    // loss = 10 * (1 + 2 + 4), gradient = loss * 7, weight -= rate * gradient.
    expect(await engine.reports()).toEqual([{ step: 1, values: { loss: Float32Array.of(70) } }]);
    expect(await engine.gradients()).toEqual(
      new Map([
        ['a', Float32Array.of(490)],
        ['b', Float32Array.of(490)],
      ]),
    );
    const state = await engine.state();
    expect(state.values.get('a')).toEqual(Float32Array.of(2 - 245));
    expect(state.values.get('b')).toEqual(Float32Array.of(3 - 245));
    expect(state.values.get('count')).toEqual(Float32Array.of(microBatchCount));
  });

  it('fills the last micro-batch with zeros, whatever the one before held', async () => {
    const engine = await open(planByHand({ batchSize: 3, microBatch: 2 }));
    await engine.step(inputsOf(1, 1, 1), RATES);
    await engine.step(inputsOf(1, 2, 4), RATES);
    const losses = (await engine.reports()).map(({ values: reported }) => reported['loss']?.[0]);
    expect(losses).toEqual([30, 70]);
  });

  it('refuses inputs that are missing or of another length, and goes on with right ones', async () => {
    const engine = await open(planByHand({ batchSize: 2, microBatch: 2 }));
    expect(await codeOf(engine.step(new Map(), RATES))).toBe('graph/unknown-value');
    expect(await codeOf(engine.step(inputsOf(1, 2, 3), RATES))).toBe('graph/shape-mismatch');
    await engine.step(inputsOf(1, 2), RATES);
    expect((await engine.reports()).map(({ step }) => step)).toEqual([1]);
  });

  it('applies weight decay to every weight', async () => {
    const engine = await open(planByHand({ batchSize: 1, microBatch: 1 }));
    await engine.step(inputsOf(0), { learningRate: 0.5, weightDecay: 1 });
    const { values: after } = await engine.state();
    expect([after.get('a'), after.get('b')]).toEqual([Float32Array.of(1), Float32Array.of(1.5)]);
  });
});

describe('reports', () => {
  it('are all there, in order, when more steps were done than the ring holds', async () => {
    const engine = await open(planByHand({ batchSize: 1, microBatch: 1 }));
    const losses = [1, 2, 3, 4, 5, 6, 7, 8];
    for (const image of losses) await engine.step(inputsOf(image), RATES);
    const reports = await engine.reports();
    expect(reports.map(({ step }) => step)).toEqual(losses);
    expect(reports.map(({ values: reported }) => reported['loss']?.[0])).toEqual(losses.map((x) => 10 * x));
    expect(await engine.reports()).toEqual([]);
  });
});

describe('a state', () => {
  it('set back in a new engine continues bit by bit', async () => {
    const plan = planByHand({ batchSize: 2, microBatch: 1 });
    const run = async (engine: TrainingEngine, images: readonly number[]) => {
      for (const image of images)
        await engine.step(inputsOf(image, 0.1), { learningRate: 1e-3, weightDecay: 0.1 });
    };
    const straight = await open(plan);
    await run(straight, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    const first = await open(plan);
    await run(first, [0.1, 0.2, 0.3]);
    const second = await open(plan);
    await second.restore(await first.state());
    await run(second, [0.4, 0.5, 0.6]);
    expect(await second.state()).toEqual(await straight.state());
    expect((await second.reports()).map(({ step }) => step)).toEqual([4, 5, 6]);
  });

  it('of another plan is refused, and changes nothing', async () => {
    const engine = await open(planByHand({ batchSize: 1, microBatch: 1 }));
    const state = await engine.state();
    const wrong = { ...state, values: new Map([...state.values, ['b', new Float32Array(7)]]) };
    expect(await codeOf(engine.restore(wrong))).toBe('graph/shape-mismatch');
    expect(await codeOf(engine.restore({ ...state, values: new Map() }))).toBe('graph/unknown-value');
    expect(await codeOf(engine.restore({ ...state, moments: [] }))).toBe('graph/shape-mismatch');
    expect(await engine.state()).toEqual(state);
  });
});

describe('an engine that borrows weights', () => {
  it('reads those of the other as they are now, and allocates none', async () => {
    const trained = await open(planByHand({ batchSize: 2, microBatch: 2 }));
    const plan = planByHand({ batchSize: 3, microBatch: 2, isTrained: false });
    const validation = await open(
      { ...plan, parameters: plan.parameters.map((each) => ({ ...each, name: 'a' })) },
      trained,
    );
    expect(validation.allocatedBytes).toBe(plan.totalBytes - 4);
    const before = await validation.evaluate(inputsOf(1, 2, 4));
    expect(before.outputs.get('scaled')).toEqual(Float32Array.of(2, 4, 8));
    expect(before.report).toEqual({ loss: Float32Array.of(14) });
    await trained.step(inputsOf(1, 2), RATES);
    const { report } = await validation.evaluate(inputsOf(1, 2, 4));
    expect(report['loss']?.[0]).toBe(7 * (2 - 0.5 * 90));
  });

  it('says which weight the other lacks', async () => {
    const trained = await open(planByHand({ batchSize: 1, microBatch: 1 }));
    const plan = planByHand({ batchSize: 1, microBatch: 1, isTrained: false });
    const other = { ...plan, parameters: plan.parameters.map((each) => ({ ...each, name: 'head' })) };
    expect(await codeOf(open(other, trained))).toBe('graph/unknown-value');
  });
});

describe('what the device refuses', () => {
  it('of memory is an error with the figures, before anything is computed', async () => {
    const plan = planByHand({ batchSize: 1, microBatch: 1 });
    const huge = { name: 'huge', role: 'activation', sizeBytes: 2 ** 45 } as const;
    const totalBytes = plan.totalBytes + huge.sizeBytes;
    const task = open({ ...plan, totalBytes, regions: [...plan.regions, huge] });
    await expect(task).rejects.toMatchObject({ code: 'train/does-not-fit', context: { totalBytes } });
  });

  it('of a kernel is an error', async () => {
    const plan = planByHand({ batchSize: 1, microBatch: 1 });
    const loss = plan.programmes.loss.map((step) =>
      step.kind === 'dispatch' ? { ...step, dispatch: { ...step.dispatch, code: 'fn main(' } } : step,
    );
    expect(await codeOf(open({ ...plan, programmes: { ...plan.programmes, loss } }))).toBe(
      'gpu/kernel-refused',
    );
  });

  it('of a step stops the engine', async () => {
    const plan = planByHand({ batchSize: 1, microBatch: 1 });
    const behind: PlanStep = { kind: 'clear', place: { region: 0, offsetBytes: 0, sizeBytes: 4096 } };
    const engine = await open({ ...plan, programmes: { ...plan.programmes, loss: [behind] } });
    const codes = [await codeOf(engine.step(inputsOf(1), RATES)), await codeOf(engine.reports())];
    expect(codes).toContain('runtime/run-failed');
    expect(await codeOf(engine.state())).toBe('runtime/run-failed');
  });
});

describe('ends', () => {
  it('compiling stops when cancelled', async () => {
    const controller = new AbortController();
    const plan = planByHand({ batchSize: 1, microBatch: 1 });
    const task = createTrainingEngine(gpu, plan, values, { pipelines }, controller.signal, () =>
      controller.abort(),
    );
    await expect(task).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('every call rejects when the device is lost, also those under way', async () => {
    const engine = await open(planByHand({ batchSize: 1, microBatch: 1 }));
    const tasks = [1, 2, 3, 4, 5].map((image) => codeOf(engine.step(inputsOf(image), RATES)));
    tasks.push(codeOf(engine.reports()));
    gpu.destroy();
    // The first two are submitted at once, which is all that a step promises.
    expect((await Promise.all(tasks)).slice(2)).toEqual(tasks.slice(2).map(() => 'gpu/device-lost'));
    expect(await codeOf(engine.state())).toBe('gpu/device-lost');
  });

  it('every call rejects when the engine is destroyed, also those under way', async () => {
    const engine = await open(planByHand({ batchSize: 1, microBatch: 1 }));
    const tasks = [1, 2, 3, 4, 5].map((image) => codeOf(engine.step(inputsOf(image), RATES)));
    engine.destroy();
    tasks.push(codeOf(engine.reports()));
    expect((await Promise.all(tasks)).slice(1)).toEqual(tasks.slice(1).map(() => 'runtime/run-failed'));
  });
});

describe('a profile', () => {
  it('has the time of every class and counts its dispatches', async () => {
    const engine = await open(planByHand({ batchSize: 3, microBatch: 1 }));
    const times = await engine.profile(inputsOf(1, 2, 4), RATES);
    expect(times?.map(({ class: name, dispatchCount }) => [name, dispatchCount]).toSorted()).toEqual([
      ['class of gradient', 3],
      ['class of loss', 1],
      ['class of scaled', 3],
      ['optimiser', 1],
    ]);
    expect(times?.every(({ gpuMs }) => gpuMs >= 0 && gpuMs < 60_000)).toBe(true);
    expect((await engine.reports())[0]?.values['loss']).toEqual(Float32Array.of(70));
  });
});
