/**
 * Training in a real compute worker: estimate, a run whose worker is killed, going on in a new worker, what it leaves behind as
 * models and files. Runs and models are in the origin private file system.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openBlob } from '../../core/formats/byte-source.ts';
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import samedWeightsUrl from '../../core/goldens/samed-tiny/weights.npz?url';
import type { Tensor } from '../../models/graph/graph.ts';
import type { ComputeWorker, ModelId } from '../api/compute.ts';
import type { TrainingWorker, TrainSpec } from '../api/train.ts';
import { type Connection, connectWorker } from '../rpc/connect.ts';
import { exposeApi } from '../rpc/expose-api.ts';
import { isStep, isValidation } from './run-log.ts';
import { TEST_SOURCE, testSpec } from './testing.ts';

/** Two workers compile every kernel of the run, each for minutes on a loaded machine. */
const TIMEOUT_MS = 1_800_000;

/** Of 16,384: the loop and onnxruntime round differently where two classes are as likely. */
const MASK_PIXELS_OFF = 20;

type Api = ComputeWorker & TrainingWorker;

async function startWorker(): Promise<Connection<Api>> {
  const worker = new Worker(new URL('../compute.worker.ts', import.meta.url), { type: 'module' });
  const connection = connectWorker<Api>(worker, 'compute worker');
  await connection.api.start('webgpu');
  for (const shard of [0, 1]) {
    const { port1, port2 } = new MessageChannel();
    exposeApi(TEST_SOURCE, port1);
    await connection.api.connect(shard, port2);
  }
  return connection;
}

/** The small SAMed of the reference data, kept as a model. */
async function makeSamed(api: Api): Promise<ModelId> {
  const source = await openTensorSource(openBlob(await (await fetch(samedWeightsUrl)).blob()), 'weights.npz');
  const tensors = new Map<string, Tensor>();
  for (const { name, shape } of source.tensors.values()) {
    tensors.set(name, { name, shape, data: await source.read(name) } as Tensor);
  }
  const file = (name: string, wanted: (tensor: string) => boolean) =>
    new File([writeSafetensors(new Map([...tensors].filter(([key]) => wanted(key))), { heads: '4' })], name);
  const sam = file('sam.safetensors', (name) => !/^w_[ab]_/.test(name));
  const adapters = file('samed.safetensors', (name) => !name.startsWith('image_encoder.'));
  return api.makeModel(
    { kind: 'checkpoints', files: [sam, adapters], settings: { precision: 'f32', side: 128 } },
    new AbortController().signal,
    () => undefined,
  );
}

describe('training in the compute worker', () => {
  const live = () => new AbortController().signal;
  const ignore = () => undefined;
  let first: Connection<Api>;
  let spec: TrainSpec;

  beforeAll(async () => {
    first = await startWorker();
    const id = await makeSamed(first.api);
    spec = {
      ...testSpec({
        batchSize: 2,
        // So small that the network still tells classes apart after the run, if badly.
        learningRate: 1e-5,
        epochCount: 2,
        decayEpochCount: 2,
        validateEverySteps: 3,
        checkpointEverySteps: 2,
      }),
      runId: `run ${id.slice(0, 8)}`,
      model: { kind: 'made', id },
    };
  });
  afterAll(() => first.close());

  it(
    'goes on in a new worker after the first was killed, and serves what it trained',
    async () => {
      const estimate = await first.api.estimateTraining(spec);
      expect(estimate).toMatchObject({ stepCount: 6, microBatch: 2, recomputation: 'none' });
      expect(estimate.totalBytes).toBeGreaterThan(4 * estimate.trainableCount);

      const killed = first.api.train(spec, live(), ({ phase, done }) => {
        if (phase === 'Training' && done === 3) first.close();
      });
      await expect(killed).rejects.toMatchObject({ code: 'worker/crashed' });

      const { api, close } = await startWorker();
      const [interrupted] = await api.trainRuns();
      expect(interrupted).toMatchObject({ spec, status: 'interrupted', checkpointStep: 2 });
      const phases = new Set<string>();
      const run = await api.train(spec, live(), ({ phase }) => phases.add(phase));
      expect([...phases]).toContain('Compiling kernels');
      expect(run).toMatchObject({ status: 'finished', step: 6, checkpointStep: 6 });
      expect(await api.trainRuns()).toEqual([run]);

      const events = await api.trainEvents(spec.runId, 0);
      expect(events.filter(isStep).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(events.filter(isValidation).map(({ step }) => step)).toEqual([3, 6]);
      expect(await api.trainEvents(spec.runId, events.length)).toEqual([]);
      for (let time = 0; time < 2; time++) {
        const copies = await api.trainOverlays(spec.runId);
        expect(copies.map(({ truth }) => truth.length)).toEqual([128 * 128, 128 * 128, 128 * 128]);
      }

      expect(run.models.map(({ which }) => which)).toEqual(['best', 'last']);
      const last = run.models[1]?.id ?? '';
      const report = await api.load({ kind: 'made', id: last });
      expect(report).toMatchObject({ role: 'segmenter', source: 'trained', outputChannels: 3 });
      const preprocess = { kind: 'segmentation', crop: null, side: 128, preset: 'corrected' } as const;
      const predicted = await api.predict(
        { runId: 'trained', modelId: last, preprocess, samples: spec.validation },
        live(),
        ignore,
      );
      expect(predicted.failures).toEqual([]);
      // The loop and the loaded model are two ways to the same masks.
      const overlays = await api.trainOverlays(spec.runId);
      expect(new Set(overlays.flatMap(({ prediction }) => [...prediction])).size).toBeGreaterThan(1);
      for (const { id, prediction } of overlays) {
        const { mask = new Uint8Array() } = (await api.readPrediction('trained', id)) ?? {};
        const differing = prediction.filter((value, pixel) => value !== mask[pixel]).length;
        expect(differing).toBeLessThan(MASK_PIXELS_OFF);
      }

      const saved = await api.exportTrained(spec.runId, 'last', 'safetensors');
      expect(saved.name).toBe('A-test-last.safetensors');
      const names = [...(await openTensorSource(openBlob(saved), saved.name)).tensors.keys()];
      expect(names.slice(0, 2)).toEqual(['w_a_000', 'w_a_001']);
      expect(names.some((name) => name.startsWith('prompt_encoder.pe_layer'))).toBe(true);
      expect(await api.examine(saved, [])).toMatchObject({ recognised: { family: 'samed-lora' } });
      const onnx = await api.exportTrained(spec.runId, 'best', 'onnx');
      expect(await api.examine(onnx, [])).toMatchObject({
        kind: 'onnx',
        roles: expect.arrayContaining(['segmenter']),
      });

      await api.deleteTrainRun(spec.runId);
      expect(await api.trainRuns()).toEqual([]);
      await expect(api.exportTrained(spec.runId, 'last', 'pth')).rejects.toMatchObject({
        code: 'train/no-run',
      });
      expect((await api.madeModels()).map(({ id }) => id)).not.toContain(last);
      close();
    },
    TIMEOUT_MS,
  );
});
