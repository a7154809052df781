/** Runs in a storage: found again whole and exact, each by itself, and gone when they are deleted. */
import { describe, expect, it } from 'vitest';

import type { TrainEvent, TrainRun } from '../api/train.ts';
import { createMemoryStorage } from '../infer/cache-storage.ts';
import { createRunStore } from './run-store.ts';
import { testSpec } from './testing.ts';

function runOf(runId: string, startedAt: string): TrainRun {
  return {
    spec: testSpec({}, runId),
    status: 'running',
    startedAt,
    step: 3,
    stepCount: 8,
    adapter: 'an adapter',
    checkpointStep: 3,
    best: undefined,
    estimate: {
      microBatch: 1,
      microBatchCount: 3,
      recomputation: 'none',
      totalBytes: 1,
      trainableCount: 1,
      stepCount: 8,
      flopsPerStep: 1,
    },
    elapsedMs: 5,
    error: undefined,
    modelHash: 'weights',
    models: [],
    gpuCheck: undefined,
  };
}

describe('the store of runs', () => {
  it('lists runs, the oldest first, and forgets a deleted one', async () => {
    const store = createRunStore(createMemoryStorage());
    await store.write(runOf('later', '2026-02-01'));
    await store.write(runOf('earlier', '2026-01-01'));
    expect((await store.list()).map(({ spec }) => spec.runId)).toEqual(['earlier', 'later']);
    expect((await store.find('later'))?.step).toBe(3);
    await store.remove('later');
    expect((await store.list()).map(({ spec }) => spec.runId)).toEqual(['earlier']);
    expect(await store.find('later')).toBeUndefined();
    expect(await store.events('later')).toEqual([]);
  });

  it('keeps the last overlays', async () => {
    const store = createRunStore(createMemoryStorage());
    const overlay = (id: string, side: number) => {
      const layer = (first: number) => Uint8Array.from({ length: side * side }, (_, index) => first + index);
      return { id, side, image: layer(0), truth: layer(1), prediction: layer(2) };
    };
    expect(await store.overlays('run')).toEqual([]);
    await store.writeOverlays('run', [overlay('first', 3)]);
    const last = [overlay('ä', 2), overlay('b', 3)];
    await store.writeOverlays('run', last);
    expect(await store.overlays('run')).toEqual(last);
  });

  it('gives a checkpoint back to the bit, with numbers that are none', async () => {
    const store = createRunStore(createMemoryStorage());
    const odd = Float32Array.of(1 / 3, -0, Number.NaN, Infinity, 1e-45);
    const state = {
      step: 7,
      values: new Map([
        ['w_a_000', odd],
        ['groupWeight', Float32Array.of(0.5, 0.5)],
      ]),
      moments: [Float32Array.of(1, 2, 3), odd],
    };
    const events: TrainEvent[] = [{ kind: 'notice', step: 7, notice: 'checkpoint', sentence: 'Written.' }];
    await store.writeCheckpoint('run', { fingerprint: 'abc', state }, events);
    const found = await store.checkpoint('run');
    expect(found).toEqual({ fingerprint: 'abc', state });
    expect(new Uint32Array(found?.state.moments[1]?.buffer ?? new ArrayBuffer())).toEqual(
      new Uint32Array(odd.buffer),
    );
    expect(await store.events('run')).toEqual(events);
    expect((await store.weights('run', 'last'))?.values.get('w_a_000')).toEqual(odd);
    expect(await store.weights('run', 'best')).toBeUndefined();
    await store.writeBest('run', { step: 5, values: new Map([['w_a_000', odd]]) });
    expect(await store.weights('run', 'best')).toEqual({ step: 5, values: new Map([['w_a_000', odd]]) });
  });

  it('keeps the last check of each adapter', async () => {
    const store = createRunStore(createMemoryStorage());
    const check = (adapter: string, checkedAt: string) => ({
      adapter,
      checkedAt,
      passed: true,
      kernels: [],
      gradients: [],
    });
    await store.writeGpuCheck(check('a', '1'));
    await store.writeGpuCheck(check('b', '2'));
    await store.writeGpuCheck(check('a', '3'));
    expect((await store.gpuCheck('a'))?.checkedAt).toBe('3');
    expect((await store.gpuCheck('b'))?.checkedAt).toBe('2');
    expect(await store.gpuCheck('c')).toBeUndefined();
    expect(await store.list()).toEqual([]);
  });
});
