/** What of the compute worker trains: one run at a time, the runs that are kept, and what is exported of them. */
import { invariant, WorkbenchError } from '../../core/errors.ts';
import type { Params } from '../../models/graph/graph.ts';
import type { ModelId, ModelSource, TrainedIn } from '../api/compute.ts';
import type { SampleSource } from '../api/data.ts';
import type { TrainingWorker, TrainRun } from '../api/train.ts';
import { checkGpu } from '../gpu/check-gpu.ts';
import type { GpuContext } from '../gpu/device.ts';
import type { CacheStorage } from '../infer/cache-storage.ts';
import type { Lock } from '../infer/lock.ts';
import { exportTrained } from './export-trained.ts';
import { prepareRun } from './prepare-run.ts';
import { createRunControl, type RunControl } from './run-control.ts';
import { bestOf, type RunLog } from './run-log.ts';
import { createRunStore } from './run-store.ts';
import type { NetworkSizes, TrainableModel } from './trainable-model.ts';
import { requireSameWeights, trainRun } from './train-run.ts';
import { readTensors, trainedNetwork } from './trained-tensors.ts';
import { gpuTrainingDevice, type TrainingDevice } from './training-device.ts';

/** A trained network to be kept as a model. */
export interface NewTrainedModel {
  readonly base: ModelSource;
  readonly name: string;
  readonly sizes: NetworkSizes;
  /** What the base does not have, or has otherwise. */
  readonly tensors: Params;
  readonly trainedIn: Omit<TrainedIn, 'baseName'>;
}

/** What training takes from the rest of the compute worker. */
export interface TrainingServices {
  /** The device that inference runs on too; undefined on WebAssembly. */
  readonly gpu: () => Promise<GpuContext | undefined>;
  /** Training and inference take turns, a step or a run at a time. */
  readonly exclusive: Lock;
  readonly sources: () => ReadonlyMap<number, SampleSource>;
  readonly openModel: (source: ModelSource) => Promise<TrainableModel>;
  readonly addModel: (model: NewTrainedModel) => Promise<ModelId>;
  readonly removeModels: (runId: string) => Promise<void>;
  /** Where runs are kept. Called once. */
  readonly openStorage: () => Promise<CacheStorage>;
}

interface ActiveRun {
  readonly runId: string;
  readonly control: RunControl;
}

function noRun(sentence: string): WorkbenchError {
  return new WorkbenchError('train/no-run', sentence);
}

/** The training of a compute worker. */
export function createTrainingWorker(services: TrainingServices): TrainingWorker {
  const storage = services.openStorage();
  const opened = async () => createRunStore(await storage);
  /** Of the runs of this worker's life. */
  const logs = new Map<string, RunLog>();
  let active: ActiveRun | undefined;
  let device: TrainingDevice | undefined;

  async function requireGpu(): Promise<GpuContext> {
    const gpu = await services.gpu();
    if (gpu === undefined) {
      throw new WorkbenchError(
        'train/no-gpu',
        'Training needs WebGPU, which this browser does not offer here.',
      );
    }
    return gpu;
  }
  async function requireDevice(): Promise<TrainingDevice> {
    return (device ??= gpuTrainingDevice(await requireGpu()));
  }
  async function requireRun(runId: string): Promise<TrainRun> {
    const run = await (await opened()).find(runId);
    if (run === undefined) throw noRun('There is no such run.');
    return run;
  }
  const controlOf = (runId: string) => (active?.runId === runId ? active.control : undefined);

  /** What a run is now: a record that says it is running may be of a page that was closed. */
  function asItIs(run: TrainRun): TrainRun {
    const control = controlOf(run.spec.runId);
    const events = logs.get(run.spec.runId)?.events;
    if (control === undefined || events === undefined) {
      return run.status === 'running' ? { ...run, status: 'interrupted' } : run;
    }
    return {
      ...run,
      status: control.isPaused ? 'paused' : 'running',
      step: Math.max(run.step, events.at(-1)?.step ?? 0),
      best: bestOf(events),
    };
  }

  async function trainedNetworkOf(run: TrainRun, which: 'best' | 'last') {
    const { spec } = run;
    const weights = await (await opened()).weights(spec.runId, which);
    if (weights === undefined) return undefined;
    const model = await services.openModel(spec.model);
    requireSameWeights(run, model);
    return { step: weights.step, network: trainedNetwork(model, spec.settings, weights.values) };
  }

  /** Models of the weights that a run has kept; those that were made before stay. */
  async function addModels(run: TrainRun): Promise<TrainRun['models']> {
    const models: TrainRun['models'][number][] = [];
    const steps = { best: run.best?.step, last: run.checkpointStep };
    for (const which of ['best', 'last'] as const) {
      const known = run.models.find((model) => model.which === which && model.step === steps[which]);
      if (known !== undefined) {
        models.push(known);
        continue;
      }
      const trained = await trainedNetworkOf(run, which);
      if (trained === undefined) continue;
      const { network, step } = trained;
      const id = await services.addModel({
        base: run.spec.model,
        name: `${run.spec.name}, ${which}, step ${step}`,
        sizes: network.sizes,
        tensors: await readTensors(network, network.changed),
        trainedIn: { runId: run.spec.runId, which, step, crop: run.spec.settings.crop },
      });
      models.push({ which, step, id });
    }
    return models;
  }

  return {
    async estimateTraining(spec) {
      const [on, model] = [await requireDevice(), await services.openModel(spec.model)];
      return prepareRun(spec, model.sizes, on).estimate;
    },
    async train(spec, signal, report) {
      invariant(active === undefined, 'a second run was started while one is under way');
      const { runId } = spec;
      const control = createRunControl();
      const log: RunLog = { events: [], overlays: [] };
      active = { runId, control };
      logs.set(runId, log);
      try {
        const surroundings = {
          device: await requireDevice(),
          exclusive: services.exclusive,
          store: await opened(),
          sources: services.sources,
          addModels,
        };
        const model = await services.openModel(spec.model);
        return await trainRun(spec, model, surroundings, control, log, signal, report);
      } finally {
        control.finish();
        active = undefined;
      }
    },
    async trainEvents(runId, from) {
      const events = logs.get(runId)?.events ?? (await (await opened()).events(runId));
      return events.slice(from);
    },
    // Copies: what a call returns is transferred.
    async trainOverlays(runId) {
      const { overlays = [] } = logs.get(runId) ?? {};
      return overlays.length > 0 ? structuredClone(overlays) : (await opened()).overlays(runId);
    },
    pauseTraining(runId, isPaused) {
      const control = controlOf(runId);
      if (control === undefined) return Promise.reject(noRun('The run is not under way.'));
      control.setPaused(isPaused);
      return Promise.resolve();
    },
    async checkpointTraining(runId) {
      await controlOf(runId)?.requestCheckpoint();
    },
    async trainRuns() {
      return (await (await opened()).list()).map(asItIs);
    },
    async deleteTrainRun(runId) {
      invariant(controlOf(runId) === undefined, 'a run was deleted while it is under way');
      logs.delete(runId);
      await services.removeModels(runId);
      await (await opened()).remove(runId);
    },
    async addTrainedModels(runId) {
      const run = await requireRun(runId);
      invariant(controlOf(runId) === undefined, 'models were asked for of a run that is under way');
      const models = await addModels(run);
      if (models.length === 0) throw noRun('The run has no weights yet.');
      await (await opened()).write({ ...run, models });
      return models;
    },
    async exportTrained(runId, which, form) {
      const run = await requireRun(runId);
      const trained = await trainedNetworkOf(run, which);
      if (trained === undefined) throw noRun(`The run has no ${which} weights yet.`);
      const name = `${run.spec.name.replaceAll(/[^\w.-]+/g, '-')}-${which}`;
      return exportTrained(trained.network, run.spec.settings.trainable, name, form);
    },
    async checkGpu(signal, report) {
      const check = await checkGpu(await requireGpu(), services.exclusive, signal, report);
      await (await opened()).writeGpuCheck(check);
      return check;
    },
  };
}
