/** Engines for tests in the browser: a device of ours, and engines of training graphs on it. */
import type { WorkbenchError } from '../../../core/errors.ts';
import type { TrainingGraph } from '../../../models/graph/training-graph.ts';
import { type GpuContext, requestGpu } from '../../gpu/device.ts';
import { createPipelineCache } from '../../gpu/pipelines.ts';
import { traitsOf } from '../../gpu/traits.ts';
import type { NamedArrays, TrainingEngine } from '../engine.ts';
import type { PlanSettings, TrainingPlan } from '../plan/plan.ts';
import { planTraining } from '../plan/plan-training.ts';
import { createTrainingEngine } from './create-engine.ts';
import type { ValueSource } from './stored-values.ts';

/** Values of parameters and states, or inputs of a step, by name. */
export type TestValues = Readonly<Record<string, { readonly data: ArrayLike<number> }>>;

export interface TestEngines {
  readonly gpu: GpuContext;
  /** The plan of a training graph on this device, with all the memory that a device may have. */
  plan(
    training: TrainingGraph,
    settings: Partial<PlanSettings> & Pick<PlanSettings, 'batchSize' | 'optimizer'>,
  ): TrainingPlan;
  /** Ownership: the caller's to destroy. */
  open(plan: TrainingPlan, values: ValueSource, lender?: TrainingEngine): Promise<TrainingEngine>;
  /** Throws what the device said that no engine heard. */
  dispose(): void;
}

function arrayOf(values: TestValues, name: string): Float32Array<ArrayBuffer> {
  const value = values[name];
  if (value === undefined) throw new Error(`the test has no value for ${name}`);
  return Float32Array.from(value.data);
}

/** Values that are all there. */
export function sourceOf(values: TestValues): ValueSource {
  return async (name) => arrayOf(values, name);
}

/** The inputs that a plan asks for. */
export function inputsOf({ inputs }: TrainingPlan, values: TestValues): NamedArrays {
  return new Map(inputs.map(({ name }) => [name, arrayOf(values, name)]));
}

/** A device and its pipelines, for all engines of a test. */
export async function openTestEngines(): Promise<TestEngines> {
  const uncaught: WorkbenchError[] = [];
  const gpu = await requestGpu((error) => uncaught.push(error));
  const { device } = gpu;
  const pipelines = createPipelineCache(device);
  return {
    gpu,
    plan: (training, settings) =>
      planTraining(training, {
        traits: traitsOf(device),
        limits: {
          totalBytes: Number.MAX_SAFE_INTEGER,
          bindingBytes: device.limits.maxStorageBufferBindingSize,
          bufferBytes: device.limits.maxBufferSize,
        },
        ...settings,
      }),
    open: (plan, values, lender) =>
      createTrainingEngine(
        gpu,
        plan,
        values,
        { pipelines, ...(lender === undefined ? {} : { lender }) },
        new AbortController().signal,
        () => undefined,
      ),
    dispose() {
      gpu.destroy();
      if (uncaught[0] !== undefined) throw uncaught[0];
    },
  };
}

/** The code of the error that a task ends with; 'no error' when it ends well. */
export async function codeOf(task: Promise<unknown>): Promise<unknown> {
  return task.then(
    () => 'no error',
    (error: unknown) => (error as { readonly code?: unknown }).code,
  );
}
