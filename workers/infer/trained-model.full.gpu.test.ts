/** What a training makes of SAMed-Tiny or of a kept SAMed runs at once: no second session of its encoder is built. */
import * as ort from 'onnxruntime-web/webgpu';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { writeSafetensors } from '../../core/formats/safetensors.ts';
import { BACKENDS, describeDifference } from '../../core/testing.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { synthImage } from '../../models/reference/synth-weights.ts';
import { SAMED_TINY } from '../../models/zoo/samed-tiny.ts';
import { addTrainedModel } from './add-trained-model.ts';
import { loadModel } from './load.ts';
import { openModel } from './open-model.ts';
import { openTrainable } from './open-trainable.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import {
  configuration,
  createCaches,
  isOfEncoder,
  makeSamed,
  samedTensors,
  savedTensors,
} from './testing.ts';

const created = vi.spyOn(ort.InferenceSession, 'create');
// Braces: what is returned would be called after the test.
beforeEach(() => {
  created.mockClear();
});
afterAll(() => vi.restoreAllMocks());

const imageOf = (side: number): Tensor => ({
  shape: [1, 3, side, side],
  data: synthImage('image', 3, side, side, 'trained'),
});

describe('a trained model on WebGPU', () => {
  const caches = createCaches();
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await startRuntime('webgpu');
  });
  afterAll(() => runtime.dispose());

  it('takes the session of its base’s encoder, gives the logits of a fresh conversion, and leaves the base as it was', async () => {
    const image = imageOf(configuration.side);
    const first = { kind: 'made', id: await makeSamed(caches, 'first') } as const;
    const second = { kind: 'made', id: await makeSamed(caches, 'second') } as const;
    const base = await runtime.createPipeline((await openModel(caches, first)).stages, 'webgpu');
    const { low_res_logits: before } = await base.run({ image });
    const id = await addTrainedModel(caches, {
      base: first,
      name: 'trained',
      sizes: { kind: 'samed', configuration },
      tensors: savedTensors('second'),
      trainedIn: { runId: 'run', which: 'best', step: 4, crop: 384 },
    });

    created.mockClear();
    const trained = await loadModel(runtime, caches, { kind: 'made', id });
    expect(created).toHaveBeenCalledTimes(1);
    expect(trained.report).toMatchObject({ provider: 'webgpu', source: 'trained' });
    const { low_res_logits: ours } = await trained.session.run({ image });

    const fresh = await runtime.createPipeline((await openModel(caches, second)).stages, 'wasm');
    const { low_res_logits: expected } = await fresh.run({ image });
    expect(describeDifference(ours?.data ?? [], expected?.data ?? [], BACKENDS)).toBeUndefined();
    const { low_res_logits: after } = await base.run({ image });
    expect(after?.data).toEqual(before?.data);
    expect(after?.data).not.toEqual(ours?.data);

    const [encoder] = (await openModel(caches, first)).stages;
    if (encoder === undefined) throw new Error('a SAMed has an encoder');
    await base.release();
    expect(runtime.providerSharing(encoder)).toBe('webgpu');
    expect((await trained.session.run({ image }))['low_res_logits']?.data).toEqual(ours?.data);
    await Promise.all([trained.session.release(), fresh.release()]);
    expect(runtime.providerSharing(encoder)).toBeUndefined();
  });
});

describe('SAMed-Tiny', () => {
  const caches = createCaches();
  let runtime: Runtime;
  beforeAll(async () => {
    const bytes = writeSafetensors(samedTensors('tiny', SAMED_TINY));
    runtime = await startRuntime('wasm');
    vi.stubGlobal('fetch', (address: URL) => {
      const isThere = address.pathname === '/models/samed-tiny.safetensors';
      return Promise.resolve(new Response(isThere ? bytes : null, { status: isThere ? 200 : 404 }));
    });
  });
  afterAll(() => vi.unstubAllGlobals());

  it('is a segmenter and, without a second session, an extractor, and so is what is trained from it', async () => {
    const base = { kind: 'embedded', name: 'samed-tiny' } as const;
    const segmenter = await loadModel(runtime, caches, base);
    expect(segmenter.report).toMatchObject({
      name: 'SAMed-Tiny',
      source: 'embedded',
      input: { side: SAMED_TINY.side, channels: 3 },
      outputChannels: 3,
    });
    expect(created).toHaveBeenCalledTimes(2);
    const extractor = await loadModel(runtime, caches, { kind: 'embedded', name: 'samed-tiny-encoder' });
    expect(extractor.report).toMatchObject({ role: 'extractor', outputChannels: SAMED_TINY.embeddingDim });
    expect(created).toHaveBeenCalledTimes(2);

    const trainable = await openTrainable(caches, base);
    expect(trainable.sizes).toEqual({ kind: 'samed', configuration: SAMED_TINY });
    const rank = 4;
    const adapted = { ...SAMED_TINY, rank };
    const trained = new Map([...samedTensors('trained', adapted)].filter(([name]) => !isOfEncoder(name)));
    const id = await addTrainedModel(caches, {
      base,
      name: 'A run',
      sizes: { kind: 'samed', configuration: adapted },
      tensors: trained,
      trainedIn: { runId: 'run', which: 'last', step: 4, crop: 384 },
    });
    const made = await loadModel(runtime, caches, { kind: 'made', id });
    expect(made.report.trainedIn).toEqual({
      runId: 'run',
      which: 'last',
      step: 4,
      baseName: 'SAMed-Tiny',
      crop: 384,
    });
    expect(made.report.crop).toBe(384);
    expect(created).toHaveBeenCalledTimes(3);
    const models = await caches.models.list();
    const encoder = models.find(({ manifest }) => manifest.role === 'extractor');
    const embedding = await loadModel(runtime, caches, { kind: 'made', id: encoder?.id ?? '' });
    expect(created).toHaveBeenCalledTimes(3);

    // Other adapters, other vectors: the sessions are shared, the adapters are not.
    const image = imageOf(SAMED_TINY.side);
    const of = async ({ session }: typeof embedding) =>
      (await session.run({ image }))['image_embeddings']?.data;
    expect(
      describeDifference((await of(embedding)) ?? [], (await of(extractor)) ?? [], BACKENDS),
    ).toBeDefined();
  });

  it('refuses what was trained from other weights than it has now', async () => {
    const [entry] = await caches.models.list();
    if (entry?.manifest.kind !== 'sam') throw new Error('a trained model was kept');
    const { manifest } = entry;
    const encoder = { ...manifest.encoder, sha256: 'of an older version' } as typeof manifest.encoder;
    await caches.models.write('old', () => Promise.resolve({ ...manifest, encoder }));
    await expect(openModel(caches, { kind: 'made', id: 'old' })).rejects.toMatchObject({
      code: 'model/not-loaded',
    });
  });
});
