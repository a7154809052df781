/** What the self-test decides, with a runtime whose providers answer as told. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../core/errors.ts';
import { plainMapping } from '../../models/onnx/mapping.ts';
import type { Provider, RunOn } from '../api/compute.ts';
import type { Network } from './model.ts';
import { createLock } from './lock.ts';
import type { Runtime, Session, SessionStage } from './runtime.ts';
import { createTestedSession } from './self-test.ts';

const SIDE = 8;
const network: Network = {
  role: 'extractor',
  input: { name: 'image', channels: 1, side: SIDE, batch: null },
  outputName: 'features',
  mapping: plainMapping(1, 'channels-first'),
};

const stage: SessionStage = { graph: new Uint8Array(), constants: {} };

interface Answer {
  /** Two features, or what the session throws. */
  readonly features: readonly number[] | Error;
  readonly runMs?: number;
  /** Whether its session cannot be built beside another. */
  readonly needsRoom?: boolean;
}

/** Told time: on a busy machine a real wait of 2 ms may take longer than one of 40. */
let clockMs = 0;
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => clockMs));
afterEach(() => void vi.restoreAllMocks());

const noRoom = new WorkbenchError('runtime/out-of-memory', 'It needs more memory than there is.');

/** A runtime whose providers return fixed features; `open` counts the sessions that were not released. */
function createDouble(answers: Readonly<Partial<Record<Provider, Answer>>>, sharing?: Provider) {
  const open = { wasm: 0, webgpu: 0 };
  const runtime: Runtime = {
    report: {
      provider: answers.webgpu === undefined ? 'wasm' : 'webgpu',
      reason: '',
      adapter: '',
      features: [],
      limits: {},
      threadCount: 1,
      crossOriginIsolated: false,
    },
    gpu: undefined,
    exclusive: createLock(),
    createPipeline(_stages, provider) {
      const answer = answers[provider];
      if (answer === undefined) throw new Error(`nothing was said of ${provider}`);
      if (answer.needsRoom === true && open.wasm + open.webgpu > 0) return Promise.reject(noRoom);
      open[provider]++;
      const session: Session = {
        async run() {
          clockMs += answer.runMs ?? 0;
          if (answer.features instanceof Error) throw answer.features;
          const data = Float32Array.from(answer.features);
          return { features: { shape: [1, data.length], data } };
        },
        release() {
          open[provider]--;
          return Promise.resolve();
        },
      };
      return Promise.resolve(session);
    },
    createSession: () => Promise.reject(new Error('not asked for')),
    providerSharing: () => sharing,
    dispose: () => undefined,
  };
  return {
    open,
    test: (runOn: RunOn = 'automatic') => createTestedSession(runtime, [stage], network, runOn),
  };
}

const failure = new WorkbenchError('runtime/run-failed', 'No kernel for Frobnicate.');

describe('the self-test', () => {
  it('puts a model on WebGPU when both providers agree', async () => {
    const { open, test } = createDouble({
      wasm: { features: [1, 2], runMs: 30 },
      webgpu: { features: [1.0001, 2] },
    });
    const { provider, selfTest } = await test();
    expect(provider).toBe('webgpu');
    expect(selfTest).toMatchObject({ status: 'agreed' });
    expect(selfTest.maxAbsDifference).toBeCloseTo(1e-4, 6);
    expect(open).toEqual({ wasm: 0, webgpu: 1 });
  });

  it('keeps a model on WebAssembly when WebGPU computes something else', async () => {
    const { open, test } = createDouble({ wasm: { features: [1, 2] }, webgpu: { features: [1, 2.1] } });
    const { provider, output, selfTest } = await test();
    expect(provider).toBe('wasm');
    expect(Array.from(output.data)).toEqual([1, 2]);
    expect(selfTest).toMatchObject({ status: 'differed' });
    expect(selfTest.summary).toContain('WebGPU and WebAssembly differ by at most 0.1');
    expect(open).toEqual({ wasm: 1, webgpu: 0 });
  });

  it('keeps a model on WebAssembly when WebGPU is much slower', async () => {
    const { open, test } = createDouble({
      wasm: { features: [1, 2], runMs: 2 },
      webgpu: { features: [1, 2], runMs: 40 },
    });
    const { provider, selfTest } = await test();
    expect(provider).toBe('wasm');
    expect(selfTest).toMatchObject({ status: 'agreed' });
    expect(selfTest.summary).toContain('WebAssembly is the faster here');
    expect(open).toEqual({ wasm: 1, webgpu: 0 });
  });

  it('runs a model where it was asked to, slow or not, but never with wrong numbers', async () => {
    const slow = { wasm: { features: [1, 2], runMs: 2 }, webgpu: { features: [1, 2], runMs: 40 } };
    const chosen = createDouble(slow);
    const { provider, selfTest } = await chosen.test('webgpu');
    expect(provider).toBe('webgpu');
    expect(selfTest.summary).toMatch(/WebAssembly is the faster here .* It runs on WebGPU, as chosen\.$/);
    expect(chosen.open).toEqual({ wasm: 0, webgpu: 1 });
    const alike = createDouble({ wasm: { features: [1] }, webgpu: { features: [1] } });
    expect(await alike.test('wasm')).toMatchObject({ provider: 'wasm', selfTest: { status: 'agreed' } });
    expect(alike.open).toEqual({ wasm: 1, webgpu: 0 });
    const wrong = createDouble({ wasm: { features: [1, 2] }, webgpu: { features: [1, 2.1] } });
    expect(await wrong.test('webgpu')).toMatchObject({ provider: 'wasm', selfTest: { status: 'differed' } });
  });

  it('builds a second encoder where the one in use runs elsewhere than asked', async () => {
    const { open, test } = createDouble({ wasm: { features: [1] }, webgpu: { features: [1] } }, 'wasm');
    expect((await test('webgpu')).provider).toBe('webgpu');
    expect(open).toEqual({ wasm: 0, webgpu: 1 });
  });

  it('runs a model on the one provider that can', async () => {
    const onWasm = createDouble({ wasm: { features: [1] }, webgpu: { features: failure } });
    expect((await onWasm.test()).selfTest.summary).toBe(
      'Ran on WebAssembly alone: on WebGPU it failed: No kernel for Frobnicate.',
    );
    expect(onWasm.open).toEqual({ wasm: 1, webgpu: 0 });
    const onWebgpu = createDouble({ wasm: { features: failure }, webgpu: { features: [1] } });
    const { provider, selfTest } = await onWebgpu.test();
    expect(provider).toBe('webgpu');
    expect(selfTest.status).toBe('single-provider');
    expect(onWebgpu.open).toEqual({ wasm: 0, webgpu: 1 });
  });

  it('compares a model of which memory does not hold two sessions in turn', async () => {
    const wasm = { features: [1, 2], runMs: 30, needsRoom: true };
    const onWebgpu = createDouble({ wasm, webgpu: { features: [1, 2], needsRoom: true } });
    expect(await onWebgpu.test()).toMatchObject({ provider: 'webgpu', selfTest: { status: 'agreed' } });
    expect(onWebgpu.open).toEqual({ wasm: 0, webgpu: 1 });
    const onWasm = createDouble({ wasm, webgpu: { features: [1, 3], needsRoom: true } });
    expect(await onWasm.test()).toMatchObject({ provider: 'wasm', selfTest: { status: 'differed' } });
    expect(onWasm.open).toEqual({ wasm: 1, webgpu: 0 });
    const onWasmAlone = createDouble({ wasm, webgpu: { features: failure, needsRoom: true } });
    expect((await onWasmAlone.test()).selfTest.summary).toContain('Ran on WebAssembly alone');
    expect(onWasmAlone.open).toEqual({ wasm: 1, webgpu: 0 });
  });

  it('runs a model where its encoder is in use already, and nowhere else', async () => {
    const { open, test } = createDouble({ wasm: { features: [1] } }, 'wasm');
    expect((await test()).selfTest).toMatchObject({ status: 'single-provider', webgpuMs: null });
    expect(open).toEqual({ wasm: 1, webgpu: 0 });
    const onWebgpu = createDouble({ wasm: { features: failure }, webgpu: { features: [1] } }, 'webgpu');
    expect((await onWebgpu.test()).selfTest.summary).toBe(
      'Ran on WebGPU alone: it shares the encoder of a model that runs there already.',
    );
    expect(onWebgpu.open).toEqual({ wasm: 0, webgpu: 1 });
  });

  it('refuses an output that is not finite, and leaves no session', async () => {
    const { open, test } = createDouble({ wasm: { features: [Number.NaN] } });
    await expect(test()).rejects.toMatchObject({ code: 'model/self-test-failed' });
    expect(open).toEqual({ wasm: 0, webgpu: 0 });
  });

  it('says the reference provider’s reason when both fail, and never hides a lost device', async () => {
    const both = createDouble({ wasm: { features: failure }, webgpu: { features: new Error('other') } });
    await expect(both.test()).rejects.toBe(failure);
    const lost = new WorkbenchError('gpu/device-lost', 'Gone.');
    const { test } = createDouble({ wasm: { features: [1] }, webgpu: { features: lost } });
    await expect(test()).rejects.toBe(lost);
  });
});
