/** A compute worker that pretends to train, told by the test when steps come, when the device is lost, when the run ends. */
import { WorkbenchError } from '../../core/errors.ts';
import type {
  GpuCheck,
  TrainEstimate,
  TrainEvent,
  TrainRun,
  TrainSpec,
  ValidationEvent,
} from '../../workers/api/train.ts';
import type { RunningCompute } from '../services/compute-service.ts';

export const ESTIMATE: TrainEstimate = {
  microBatch: 4,
  microBatchCount: 2,
  recomputation: 'none',
  totalBytes: 123_000_000,
  trainableCount: 40_000,
  stepCount: 120,
  flopsPerStep: 5e9,
};

export const CHECK: GpuCheck = {
  adapter: 'pretended',
  checkedAt: '2026-01-02T03:04:05.000Z',
  passed: true,
  kernels: [{ kernel: 'attention', worstError: 2e-6, tolerance: 1e-4, passed: true }],
  gradients: [{ what: 'lora_a_q_000', analytic: 0.25, numeric: 0.2501, passed: true }],
};

/** A step whose loss falls evenly; the group whose turn it is not has no loss. */
export function stepEvent(step: number, groupCount: number): TrainEvent {
  const loss = 1 / (1 + step / 40);
  return {
    kind: 'step',
    step,
    epoch: 1,
    loss,
    crossEntropy: loss / 2,
    dice: loss,
    groupLoss: Array.from({ length: groupCount }, (_, group) =>
      step % groupCount === group ? null : loss + group,
    ),
    learningRate: 0.005 * (1 - step / 200),
    gradientNorm: 1,
    samplesPerSecond: 8,
  };
}

/** A validation with Dice of its own for every group. */
export function validationEvent(step: number, groupCount: number): ValidationEvent {
  return {
    kind: 'validation',
    step,
    imageCount: 12,
    rimDice: 0.5,
    cupDice: 0.6,
    discDice: 0.7,
    groupDiscDice: Array.from({ length: groupCount }, (_, group) => 0.6 + group / 10),
    isBest: true,
  };
}

interface Under {
  readonly end: (run: TrainRun) => void;
  readonly fail: (error: unknown) => void;
}

/** The pretended worker, and what a test does with it. */
export function createFakeTraining(provider: 'webgpu' | 'wasm' = 'webgpu') {
  const runs = new Map<string, TrainRun>();
  const events = new Map<string, TrainEvent[]>();
  const calls: string[] = [];
  const started: TrainSpec[] = [];
  const untrainable = new Map<string, string>();
  let under: (Under & { readonly runId: string }) | undefined;

  function change(runId: string, part: Partial<TrainRun>): TrainRun {
    const run = runs.get(runId);
    if (run === undefined) throw new Error(`there is no run ${runId}`);
    const changed = { ...run, ...part };
    runs.set(runId, changed);
    return changed;
  }

  function listed(spec: TrainSpec): TrainRun {
    return {
      spec,
      status: 'running',
      startedAt: `2026-01-0${started.length + 1}T00:00:00.000Z`,
      step: 0,
      stepCount: ESTIMATE.stepCount,
      adapter: 'pretended',
      checkpointStep: 0,
      best: undefined,
      estimate: ESTIMATE,
      elapsedMs: 0,
      error: undefined,
      modelHash: 'weights',
      models: [],
      gpuCheck: undefined,
    };
  }

  const worker = {
    madeModels: () =>
      Promise.resolve([{ id: 'cd34', name: 'My SAMed', role: 'segmenter', trainsAs: 'samed', sizeBytes: 1 }]),
    estimateTraining(spec: TrainSpec) {
      calls.push('estimate');
      const name = spec.model.kind === 'embedded' ? spec.model.name : spec.model.id;
      const refusal = untrainable.get(name);
      return refusal === undefined
        ? Promise.resolve(ESTIMATE)
        : Promise.reject(new WorkbenchError('train/not-trainable', refusal));
    },
    train(spec: TrainSpec, signal: AbortSignal) {
      started.push(spec);
      const { runId } = spec;
      runs.set(runId, { ...(runs.get(runId) ?? listed(spec)), status: 'running' });
      events.set(runId, events.get(runId) ?? []);
      return new Promise<TrainRun>((end, fail) => {
        under = { runId, end, fail };
        signal.addEventListener('abort', () => {
          change(runId, { status: 'interrupted' });
          fail(signal.reason);
        });
      });
    },
    trainEvents: (runId: string, from: number) => Promise.resolve((events.get(runId) ?? []).slice(from)),
    trainOverlays: (runId: string) => {
      calls.push(`overlays ${runId}`);
      return Promise.resolve([]);
    },
    pauseTraining(_runId: string, isPaused: boolean) {
      calls.push(isPaused ? 'pause' : 'resume');
      return Promise.resolve();
    },
    checkpointTraining() {
      calls.push('checkpoint');
      return Promise.resolve();
    },
    trainRuns: () => Promise.resolve([...runs.values()]),
    deleteTrainRun(runId: string) {
      runs.delete(runId);
      return Promise.resolve();
    },
    addTrainedModels(runId: string) {
      calls.push(`models ${runId}`);
      return Promise.resolve(runs.get(runId)?.models ?? []);
    },
    exportTrained: (_runId: string, which: string, form: string) =>
      Promise.resolve(new File(['weights'], `${which}.${form}`)),
    checkGpu: () => Promise.resolve(CHECK),
  };

  return {
    running: {
      worker,
      report: {
        provider,
        reason: 'There is no adapter.',
        adapter: provider === 'webgpu' ? 'pretended' : '',
        features: [],
        limits: {},
        threadCount: 2,
        crossOriginIsolated: true,
      },
    } as unknown as RunningCompute,
    calls,
    started,
    untrainable,
    /** Adds events to the run under way and moves its record on. */
    emit(added: readonly TrainEvent[]) {
      if (under === undefined) throw new Error('nothing trains');
      events.get(under.runId)?.push(...added);
      const best = added.findLast((event) => event.kind === 'validation');
      change(under.runId, {
        step: added.at(-1)?.step ?? 0,
        ...(best === undefined ? {} : { best, checkpointStep: best.step }),
      });
    },
    finish() {
      if (under === undefined) throw new Error('nothing trains');
      const models = [{ which: 'best', step: ESTIMATE.stepCount, id: 'ef56' }] as const;
      under.end(change(under.runId, { status: 'finished', step: ESTIMATE.stepCount, models }));
    },
    lose() {
      under?.fail(new WorkbenchError('gpu/device-lost', 'The work was stopped: the GPU device was lost.'));
    },
    /** A run of an earlier visit that the page did not see end. */
    leave(spec: TrainSpec) {
      runs.set(spec.runId, { ...listed(spec), status: 'running', step: 40, checkpointStep: 25 });
    },
  };
}

export type FakeTraining = ReturnType<typeof createFakeTraining>;
