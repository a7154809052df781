/**
 * The executor: a plan with its buffers and pipelines on a device, run step by step. Which samples a step sees, and at which
 * rates, is the training loop's.
 */
import { invariant, WorkbenchError } from '../../../core/errors.ts';
import type { Report } from '../../../core/tasks.ts';
import type { GpuContext } from '../../gpu/device.ts';
import { adamWSettings, sgdSettings } from '../../gpu/kernels/optimiser.ts';
import type { PipelineCache } from '../../gpu/pipelines.ts';
import { traitsOf } from '../../gpu/traits.ts';
import { createLock } from '../../infer/lock.ts';
import type { StepInputs, StepReport, TrainingEngine } from '../engine.ts';
import type { OptimizerRates } from '../optimizer-rates.ts';
import type { PackedTrainables, TrainingPlan } from '../plan/plan.ts';
import { bindProgramme } from './bound-step.ts';
import { compilePlan } from './compile.ts';
import { createErrorWatch } from './error-watch.ts';
import { createPace } from './pace.ts';
import { createProfiler, type Profiler } from './profiler.ts';
import { createOutputReader } from './read-outputs.ts';
import { createRegionBuffers, type RegionBuffers } from './region-buffers.ts';
import { createReportRing } from './report-ring.ts';
import { type BoundProgrammes, runProgrammes } from './run-programmes.ts';
import { createStoredValues, type StoredValues, type ValueSource } from './stored-values.ts';
import { createSubmitter } from './submitter.ts';
import { createInputWriter } from './write-inputs.ts';

/** Steps whose work may be under way when one resolves. */
const STEPS_UNDER_WAY = 2;

export interface EngineOptions {
  /** Of the device. Engines that share it compile a pipeline once. */
  readonly pipelines: PipelineCache;
  /** An engine on the same device whose weights and states are read in place of copies of all frozen parameters. */
  readonly lender?: Pick<TrainingEngine, 'tensors'>;
}

/** What a step writes into the settings of the optimiser's kernel. The loss is the batch's mean already: gradients count whole. */
function settingsOf({ optimizer }: PackedTrainables, step: number, rates: OptimizerRates) {
  const at = { ...rates, gradientScale: 1 };
  return optimizer.kind === 'adamw' ? adamWSettings(optimizer, { ...at, step }) : sgdSettings(at);
}

/** The engine over buffers that are filled and programmes that are bound. */
function createEngine(
  gpu: GpuContext,
  plan: TrainingPlan,
  buffers: RegionBuffers,
  stored: StoredValues,
  programmes: BoundProgrammes,
): TrainingEngine {
  const { device } = gpu;
  const { trainables } = plan;
  const watch = createErrorWatch(device, `a step of '${plan.name}'`);
  const submitter = createSubmitter(gpu, watch, createPace(traitsOf(device).isSoftware));
  const writer = createInputWriter(device.queue, plan, buffers);
  const ring = createReportRing(gpu, plan.report, buffers);
  const lock = createLock();
  const unreported: StepReport[] = [];
  const underWay: Promise<void>[] = [];
  let stepCount = 0;

  /** One call after the other; none after a failure. */
  const exclusive = <T>(task: () => Promise<T>): Promise<T> =>
    lock(async () => {
      watch.throwIfFailed();
      return gpu.whileAlive(task());
    });
  async function readReports(): Promise<StepReport[]> {
    const reports = await ring.read();
    await watch.settle();
    return reports;
  }
  async function runStep(inputs: StepInputs, rates: OptimizerRates, profiler?: Profiler): Promise<void> {
    invariant(trainables !== undefined, 'a plan without an optimiser was asked for a step');
    writer.check(inputs);
    if (ring.isFull) unreported.push(...(await readReports()));
    const step = stepCount + 1;
    const settings = settingsOf(trainables, step, rates);
    const { buffer, offset } = buffers.rangeOf(trainables.settings);
    submitter.host(() => device.queue.writeBuffer(buffer, offset, settings));
    const slot = ring.slotOf(step);
    const { done } = await runProgrammes(plan, programmes, writer, submitter, { inputs, slot, profiler });
    stepCount = step;
    ring.begin(step);
    underWay.push(done);
    if (underWay.length > STEPS_UNDER_WAY) await underWay.shift();
  }

  return {
    plan,
    allocatedBytes: buffers.allocatedBytes,
    tensors: stored,
    get hostMs() {
      return submitter.hostMs;
    },
    step: (inputs, rates) => exclusive(() => runStep(inputs, rates)),
    reports: () => exclusive(async () => [...unreported.splice(0), ...(await readReports())]),
    evaluate: (inputs) =>
      exclusive(async () => {
        invariant(trainables === undefined, 'a plan with an optimiser was asked to evaluate');
        writer.check(inputs);
        const outputs = submitter.host(() => createOutputReader(gpu, plan, buffers));
        try {
          const run = { inputs, slot: ring.slotOf(1), afterForward: outputs.steps };
          await runProgrammes(plan, programmes, writer, submitter, run);
          ring.begin(1);
          const [report] = await readReports();
          return { report: report?.values ?? {}, outputs: await outputs.read() };
        } finally {
          outputs.destroy();
        }
      }),
    profile: (inputs, rates) =>
      exclusive(async () => {
        const profiler = createProfiler(device);
        try {
          await runStep(inputs, rates, profiler);
          const times = await (profiler === undefined ? undefined : gpu.whileAlive(profiler.read()));
          await watch.settle();
          return times;
        } finally {
          profiler?.destroy();
        }
      }),
    gradients: () => exclusive(() => stored.gradients()),
    state: () =>
      exclusive(async () => {
        const values = await stored.read();
        await watch.settle();
        return { step: stepCount, ...values };
      }),
    restore: (state) =>
      exclusive(async () => {
        submitter.host(() => stored.write(state));
        ring.clear();
        unreported.splice(0);
        stepCount = state.step;
        await watch.settle();
      }),
    destroy() {
      watch.fail(new WorkbenchError('runtime/run-failed', `The engine of '${plan.name}' was shut down.`));
      buffers.destroy();
    },
  };
}

/**
 * Makes the engine of a plan: buffers, pipelines, weights from `values`, one tensor at a time. The optimiser's memory is zeros.
 * Errors: `train/does-not-fit` when the device refuses the memory, `gpu/kernel-refused`, `gpu/device-lost`,
 * `runtime/run-failed`; `graph/unknown-value` and `graph/shape-mismatch` for values that are not the plan's; the signal's reason.
 * Ownership: the caller's to destroy, what borrows from it first. Cost: compiling, up to a second a pipeline.
 */
export async function createTrainingEngine(
  gpu: GpuContext,
  plan: TrainingPlan,
  values: ValueSource,
  { pipelines, lender }: EngineOptions,
  signal: AbortSignal,
  report: Report,
): Promise<TrainingEngine> {
  const { device } = gpu;
  const pipelineOf = await gpu.whileAlive(
    compilePlan(plan, pipelines, signal, (done, total) => {
      report({ phase: 'Compiling kernels', done, total, unit: 'kernels' });
    }),
  );
  const buffers = await gpu.whileAlive(createRegionBuffers(device, plan, lender?.tensors));
  try {
    const watch = createErrorWatch(device, `the plan of '${plan.name}'`);
    const bind = (name: keyof BoundProgrammes) =>
      bindProgramme(device, plan.programmes[name], buffers, pipelineOf);
    const programmes = watch.guard(() => ({
      forward: bind('forward'),
      loss: bind('loss'),
      backward: bind('backward'),
      update: bind('update'),
    }));
    const stored = createStoredValues(gpu, plan, buffers);
    await stored.fill(values, signal);
    await gpu.whileAlive(watch.settle());
    return createEngine(gpu, plan, buffers, stored, programmes);
  } catch (error) {
    buffers.destroy();
    throw error;
  }
}
