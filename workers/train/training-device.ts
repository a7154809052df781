/** Where plans of a run become engines: the GPU, or in tests the oracle. */
import type { Report } from '../../core/tasks.ts';
import type { GpuContext } from '../gpu/device.ts';
import { createPipelineCache, type PipelineCache } from '../gpu/pipelines.ts';
import { traitsOf } from '../gpu/traits.ts';
import type { TrainingEngine } from './engine.ts';
import { createTrainingEngine } from './execute/create-engine.ts';
import type { PreparedRun } from './prepare-run.ts';
import type { PlanningDevice } from './run-plans.ts';

export interface RunEngines {
  readonly training: TrainingEngine;
  /** Of the weights of `training`. */
  readonly validation: TrainingEngine | undefined;
  destroy(): void;
}

export interface TrainingDevice extends PlanningDevice {
  readonly adapter: string;
  /**
   * Engines of a run, with the values by name. Errors: `train/does-not-fit`, `gpu/*`, `runtime/run-failed`; the signal's
   * reason. Ownership: the caller's to destroy.
   */
  open(
    run: PreparedRun,
    values: (name: string) => Promise<Float32Array<ArrayBuffer>>,
    signal: AbortSignal,
    report: Report,
  ): Promise<RunEngines>;
}

/** The GPU as a device for training. `pipelines` are those of its device. */
export function gpuTrainingDevice(
  gpu: GpuContext,
  pipelines: PipelineCache = createPipelineCache(gpu.device),
): TrainingDevice {
  const { limits } = gpu.device;
  return {
    adapter: gpu.adapterName,
    traits: traitsOf(gpu.device),
    limits: { bindingBytes: limits.maxStorageBufferBindingSize, bufferBytes: limits.maxBufferSize },
    async open({ plans: { training: plan, validation: validationPlan } }, values, signal, report) {
      const training = await createTrainingEngine(gpu, plan, values, { pipelines }, signal, report);
      try {
        const validation =
          validationPlan &&
          (await createTrainingEngine(
            gpu,
            validationPlan,
            values,
            { pipelines, lender: training },
            signal,
            report,
          ));
        return {
          training,
          validation,
          destroy() {
            validation?.destroy();
            training.destroy();
          },
        };
      } catch (error) {
        training.destroy();
        throw error;
      }
    },
  };
}
