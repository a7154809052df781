/** What the inference benchmark times in the browser: our own path on cached models, and onnxruntime-web on the same files. */
import { expose } from 'comlink';
import * as ort from 'onnxruntime-web/webgpu';
import type { FeaturePreprocess, SegmentationPreprocess } from '../../core/imaging/preprocess.ts';
import type { PreparedBatch, SampleSource } from '../../workers/api/data.ts';
import { createConstants } from '../../workers/infer/constants.ts';
import { extractFeatures } from '../../workers/infer/features.ts';
import { type LoadedModel, loadModel } from '../../workers/infer/load.ts';
import { makeModel } from '../../workers/infer/make-model.ts';
import { openModelCaches } from '../../workers/infer/open-caches.ts';
import { openModel } from '../../workers/infer/open-model.ts';
import { predict } from '../../workers/infer/predict.ts';
import { type Runtime, sessionOptions, startRuntime } from '../../workers/infer/runtime.ts';
import { selfTestImage } from '../../workers/infer/self-test.ts';
import type { InferenceBench } from './contract.ts';

interface BenchedModel {
  readonly loaded: LoadedModel;
  readonly preprocess: SegmentationPreprocess | FeaturePreprocess;
  /** Images already asked for: each is new, or a cache would answer. */
  sampleCount: number;
  /** Runs the same number of images by onnxruntime-web alone. */
  readonly runBare: (count: number) => Promise<void>;
}

const { signal } = new AbortController();
const models = new Map<string, BenchedModel>();
let runtime: Runtime;

/** Sample ids are hashes of 64 hexadecimal digits. */
function sampleId(index: number): string {
  return index.toString(16).padStart(64, '0');
}

/** Samples that need no reading: the same image again and again. */
function sourceOf(side: number, withMasks: boolean): SampleSource {
  const image = selfTestImage(side);
  return {
    prepare(ids): Promise<PreparedBatch> {
      const images = new Float32Array(ids.length * image.length);
      ids.forEach((_, i) => images.set(image, i * image.length));
      const frame = { top: 0, left: 0, height: side, width: side };
      return Promise.resolve({
        ids,
        images,
        masks: new Uint8Array(withMasks ? images.length : 0),
        frames: withMasks ? ids.map(() => frame) : [],
        failures: [],
      });
    },
  };
}

/** Sessions of the files alone, and a loop over them with inputs made once. */
async function openBare(id: string, { network, promptBatch, report }: LoadedModel) {
  const { stages } = await openModel(await openModelCaches(), { kind: 'made', id });
  const device = runtime.gpu?.device;
  const sessions = await Promise.all(
    stages.map(async ({ graph, weights = [], constants }, index) => ({
      session: await ort.InferenceSession.create(graph, {
        ...sessionOptions(report.provider, runtime.gpu),
        // What passes to the next network stays on the GPU.
        ...(device !== undefined && index < stages.length - 1
          ? { preferredOutputLocation: 'gpu-buffer' }
          : {}),
        externalData: await Promise.all(
          weights.map(async ({ name, file }) => ({
            path: name,
            data: new Uint8Array(await file.arrayBuffer()),
          })),
        ),
      }),
      constants: createConstants(constants, device).feeds,
    })),
  );
  const { side, name } = network.input;
  if (side === null) throw new Error('A model of a fixed side was expected.');
  const plane = selfTestImage(side);
  const pixels = new Float32Array(promptBatch * 3 * plane.length);
  for (let at = 0; at < pixels.length; at += plane.length) pixels.set(plane, at);
  const image = new ort.Tensor('float32', pixels, [promptBatch, 3, side, side]);
  return async (count: number) => {
    for (let done = 0; done < count; done += promptBatch) {
      let values: ort.InferenceSession.OnnxValueMapType = { [name]: image };
      for (const { session, constants } of sessions) {
        const outputs = await session.run({ ...values, ...constants });
        if (values[name] !== image) for (const value of Object.values(values)) value.dispose();
        values = outputs;
      }
    }
  };
}

const api: InferenceBench = {
  async start(provider) {
    runtime = await startRuntime(provider);
    return runtime.gpu?.adapterName ?? 'cpu';
  },
  /** Makes and loads a model of checkpoints at the root of the server. Seconds of making it, hash included, and of loading it from the cache, self-test included. */
  async open(model: string, names: readonly string[], side: number | null) {
    const files = await Promise.all(
      names.map(async (name) => new File([await (await fetch(`/${name}`)).blob()], name)),
    );
    const caches = await openModelCaches();
    const started = performance.now();
    const spec = { kind: 'checkpoints', files, settings: { precision: 'f32', side } } as const;
    const id = await makeModel(caches, spec, signal, () => {});
    const made = performance.now();
    const loaded = await loadModel(runtime, caches, { kind: 'made', id }, runtime.report.provider);
    const end = performance.now();
    if (loaded.report.provider !== runtime.report.provider) throw new Error(loaded.report.selfTest.summary);
    const inputSide = loaded.network.input.side ?? 0;
    models.set(model, {
      loaded,
      preprocess:
        loaded.report.role === 'segmenter'
          ? { kind: 'segmentation', crop: null, side: inputSide, preset: 'corrected' }
          : { kind: 'features', side: inputSide, preset: 'full' },
      sampleCount: 0,
      runBare: await openBare(id, loaded),
    });
    return {
      makeSeconds: (made - started) / 1000,
      loadSeconds: (end - made) / 1000,
      batchSize: loaded.promptBatch,
      threadCount: runtime.report.threadCount,
    };
  },
  /** Our path: pulled batches, the network, and masks compared and kept, or features kept. */
  async runOurs(model: string, count: number): Promise<void> {
    const benched = models.get(model);
    if (benched === undefined) throw new Error(`'${model}' is not open.`);
    const { loaded, preprocess } = benched;
    const first = benched.sampleCount;
    benched.sampleCount += count;
    const samples = Array.from({ length: count }, (_, i) => ({ id: sampleId(first + i), shard: 0 }));
    const sources = new Map([[0, sourceOf(preprocess.side, preprocess.kind === 'segmentation')]]);
    const spec = { modelId: loaded.report.id, samples };
    const { failures } =
      preprocess.kind === 'segmentation'
        ? await predict(loaded, sources, { ...spec, preprocess, runId: `bench-${first}` }, signal, () => {})
        : await extractFeatures(loaded, sources, { ...spec, preprocess }, signal, () => {});
    if (failures.length > 0) throw new Error(failures[0]?.error.message);
  },
  async runBare(model: string, count: number): Promise<void> {
    await models.get(model)?.runBare(count);
  },
};

expose(api);
