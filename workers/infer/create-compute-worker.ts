/** What the compute worker does: one runtime, the loaded models and the channels to the data workers. */
import { invariant, WorkbenchError } from '../../core/errors.ts';
import type { ComputeWorker, ModelId, ModelRole } from '../api/compute.ts';
import type { SampleSource } from '../api/data.ts';
import type { TrainingWorker } from '../api/train.ts';
import { type Connection, connectPort } from '../rpc/connect.ts';
import { createTrainingWorker } from '../train/create-training-worker.ts';
import { RUNS_FOLDER } from '../train/run-store.ts';
import { addTrainedModel, removeTrainedModels } from './add-trained-model.ts';
import { examineFile, outlineOf, planFiles } from './examine.ts';
import { extractFeatures } from './features.ts';
import { type LoadedModel, loadModel } from './load.ts';
import { makeModel, mapModel } from './make-model.ts';
import { removeUnusedEncoders } from './keep-sam.ts';
import { trainedInOf } from './model-manifest.ts';
import { openModelCaches } from './open-caches.ts';
import { openTrainable, trainsAs } from './open-trainable.ts';
import { predict } from './predict.ts';
import { readPrediction } from './prediction-store.ts';
import { openCacheStorage } from './private-files.ts';
import { type Runtime, startRuntime } from './runtime.ts';

const MISSING_ROLE = { segmenter: 'model/no-segmenter', extractor: 'model/no-extractor' } as const;

/** The api of a compute worker that has not been started. Errors: `internal/invariant` for a call before `start`. */
export function createComputeWorker(): ComputeWorker & TrainingWorker {
  let started: Promise<Runtime> | undefined;
  const caches = openModelCaches();
  const models = new Map<ModelId, LoadedModel>();
  const connections = new Map<number, Connection<SampleSource>>();

  function runtime(): Promise<Runtime> {
    invariant(started !== undefined, 'the compute worker was used before it was started');
    return started;
  }
  function requireModel(id: ModelId, role: ModelRole): LoadedModel {
    const model = models.get(id);
    if (model === undefined) {
      throw new WorkbenchError('model/not-loaded', 'The model is not loaded in this worker. Load it again.');
    }
    if (model.report.role !== role) {
      throw new WorkbenchError(MISSING_ROLE[role], `'${model.report.name}' was not loaded as ${role}.`);
    }
    return model;
  }
  async function unload(id: ModelId): Promise<void> {
    const model = models.get(id);
    models.delete(id);
    await model?.session.release();
  }
  const sources = () => new Map(Array.from(connections, ([shard, { api }]) => [shard, api]));

  return {
    ...createTrainingWorker({
      gpu: async () => (await runtime()).gpu,
      exclusive: async (task) => (await runtime()).exclusive(task),
      sources,
      openModel: async (source) => openTrainable(await caches, source),
      addModel: async (model) => addTrainedModel(await caches, model),
      removeModels: async (runId) => removeTrainedModels(await caches, runId),
      openStorage: () => openCacheStorage(RUNS_FOLDER),
    }),
    async start(provider) {
      invariant(started === undefined, 'a compute worker tries one provider only');
      started = startRuntime(provider);
      return (await started).report;
    },
    async deviceLost() {
      const { gpu } = await runtime();
      // There is no device to lose on WebAssembly: the promise stays open, as the contract says.
      return gpu === undefined ? new Promise<string>(() => undefined) : gpu.lost;
    },
    async destroyDevice() {
      (await runtime()).dispose();
    },
    async connect(shard, port) {
      connections.get(shard)?.close();
      connections.set(shard, connectPort<SampleSource>(port, `data worker ${shard}`));
    },
    examine: examineFile,
    async outline(files, settings) {
      return outlineOf((await planFiles(files, settings)).plan);
    },
    async makeModel(spec, signal, report) {
      return makeModel(await caches, spec, signal, report);
    },
    async mapModel(id, mapping, signal) {
      return mapModel(await caches, id, mapping, signal);
    },
    async madeModels() {
      const entries = await (await caches).models.list();
      return entries.map(({ id, manifest, sizeBytes }) => {
        const { name, role } = manifest;
        const trainedIn = trainedInOf(manifest);
        const made = { id, name, role, trainsAs: trainsAs(manifest), sizeBytes };
        return trainedIn === undefined ? made : { ...made, trainedIn };
      });
    },
    async deleteModel(id) {
      await unload(id);
      await (await caches).models.remove(id);
      await removeUnusedEncoders(await caches);
    },
    async load(source, runOn = 'automatic') {
      const model = await loadModel(await runtime(), await caches, source, runOn);
      // The same bytes loaded again replace their session.
      await models.get(model.report.id)?.session.release();
      models.set(model.report.id, model);
      return model.report;
    },
    unload,
    async extractFeatures(spec, signal, report) {
      return extractFeatures(requireModel(spec.modelId, 'extractor'), sources(), spec, signal, report);
    },
    async predict(spec, signal, report) {
      return predict(requireModel(spec.modelId, 'segmenter'), sources(), spec, signal, report);
    },
    readPrediction,
  };
}
