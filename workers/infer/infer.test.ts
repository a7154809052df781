/** The parts of inference that need no runtime: the lock, pulling batches, feeding a network. */
import { type NetworkMapping, plainMapping } from '../../models/onnx/mapping.ts';
import { describe, expect, it } from 'vitest';

import { WorkbenchError } from '../../core/errors.ts';
import type { SampleRef } from '../api/compute.ts';
import type { PreparedBatch, SampleSource } from '../api/data.ts';
import { createLock } from './lock.ts';
import { type Network, poolCells, runNetwork } from './model.ts';
import { planRequests, pullBatches } from './pull-batches.ts';
import type { NamedTensors, Session } from './runtime.ts';

const features = { kind: 'features', side: 2, preset: 'full' } as const;

function batchOf(ids: readonly string[]): PreparedBatch {
  const images = new Float32Array(4 * ids.length);
  return { ids, images, masks: new Uint8Array(), frames: [], failures: [] };
}

describe('the lock', () => {
  it('runs one task at a time, in order, and goes on after a failure', async () => {
    const lock = createLock();
    const log: string[] = [];
    const task = (name: string, fails = false) =>
      lock(async () => {
        log.push(`${name} starts`);
        await new Promise((resolve) => setTimeout(resolve, 1));
        log.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([task('a'), task('b', true), task('c')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  });
});

describe('pulling batches', () => {
  const samples: readonly SampleRef[] = Array.from({ length: 7 }, (_, i) => ({ id: `s${i}`, shard: i % 2 }));
  const pull = (sources: ReadonlyMap<number, SampleSource>, signal = new AbortController().signal) =>
    pullBatches(sources, samples, features, 2, signal);

  it('asks the shards in turn, in full batches', () => {
    expect(planRequests(samples, 2).map(({ shard, ids }) => [shard, ...ids])).toEqual([
      [0, 's0', 's2'],
      [1, 's1', 's3'],
      [0, 's4', 's6'],
      [1, 's5'],
    ]);
    expect(planRequests([], 2)).toEqual([]);
  });

  it('keeps at most two batches ahead', async () => {
    let asked = 0;
    const source: SampleSource = {
      prepare: (ids) => {
        asked++;
        return Promise.resolve(batchOf(ids));
      },
    };
    const askedAt: number[] = [];
    const order: string[] = [];
    for await (const { ids } of pull(new Map([0, 1].map((shard) => [shard, source])))) {
      askedAt.push(asked);
      order.push(...ids);
    }
    expect(askedAt).toEqual([3, 4, 4, 4]);
    expect(order).toEqual(['s0', 's2', 's1', 's3', 's4', 's6', 's5']);
  });

  it('lists the samples of a worker that fails or is not there, and goes on', async () => {
    const failing: SampleSource = {
      prepare: () => Promise.reject(new WorkbenchError('worker/crashed', 'It is gone.')),
    };
    const good: SampleSource = { prepare: (ids) => Promise.resolve(batchOf(ids)) };
    const codes: string[] = [];
    const read: string[] = [];
    for await (const { ids, failures } of pull(
      new Map([
        [0, failing],
        [1, good],
      ]),
    )) {
      read.push(...ids);
      codes.push(...failures.map(({ id, error }) => `${id} ${error.code}`));
    }
    expect(read).toEqual(['s1', 's3', 's5']);
    expect(codes).toEqual(['s0', 's2', 's4', 's6'].map((id) => `${id} worker/crashed`));
    for await (const { failures } of pull(new Map())) {
      expect(failures[0]?.error.code).toBe('sample/not-loaded');
    }
  });

  it('stops between batches when it is cancelled', async () => {
    const controller = new AbortController();
    const source: SampleSource = { prepare: (ids) => Promise.resolve(batchOf(ids)) };
    const seen: string[] = [];
    const run = async () => {
      for await (const { ids } of pull(new Map([0, 1].map((shard) => [shard, source])), controller.signal)) {
        seen.push(...ids);
        controller.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual(['s0', 's2']);
  });
});

describe('feeding a network', () => {
  /** Returns [batch, channels * 2] with the first pixel of each channel, twice. */
  function createEcho(): { session: Session; fed: NamedTensors[] } {
    const fed: NamedTensors[] = [];
    const session: Session = {
      run(inputs) {
        fed.push(inputs);
        const { shape, data } = inputs['x'] ?? { shape: [], data: new Float32Array() };
        const [batch = 0, channels = 0, side = 0] = shape;
        const out = new Float32Array(batch * channels);
        for (let i = 0; i < out.length; i++) out[i] = data[i * side * side] as number;
        return Promise.resolve({ y: { shape: [batch, channels], data: out } });
      },
      release: () => Promise.resolve(),
    };
    return { session, fed };
  }
  const network = (channels: 1 | 3, batch: number | null, side: number | null = 2): Network => ({
    role: 'extractor',
    input: { name: 'x', channels, side, batch },
    outputName: 'y',
    mapping: plainMapping(channels, 'channels-first'),
  });
  const images = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);

  it('repeats the channel and fills up a demanded batch, and returns only the images given', async () => {
    const { session, fed } = createEcho();
    const output = await runNetwork(session, network(3, 4), images, 2);
    expect(fed[0]?.['x']?.shape).toEqual([4, 3, 2, 2]);
    expect(Array.from(output.data)).toEqual([1, 1, 1, 5, 5, 5]);
  });

  it('gives channels last and normalised where the network wants it so, and takes classes back in our order', async () => {
    // Returns its input as logits, channels last.
    const session: Session = {
      run: (inputs) => Promise.resolve({ y: inputs['x'] ?? { shape: [], data: new Float32Array() } }),
      release: () => Promise.resolve(),
    };
    const mapping: NetworkMapping = {
      axes: 'channels-last',
      mean: [1, 0, 0],
      deviation: [1, 1, 2],
      classOrder: [2, 0, 1],
    };
    const output = await runNetwork(
      session,
      { ...network(3, null), role: 'segmenter', mapping },
      Float32Array.of(2, 4, 6, 8),
      2,
    );
    expect(output).toMatchObject({ channels: 3, height: 2, width: 2 });
    // Background is the third channel (half the pixel), rim the first (less one), cup the second (as it is).
    expect([...output.data]).toEqual([1, 2, 3, 4, 1, 3, 5, 7, 2, 4, 6, 8]);
  });

  it('refuses another side than the network takes', async () => {
    const { session } = createEcho();
    await expect(runNetwork(session, network(1, null, 3), images, 2)).rejects.toThrow(
      'takes images of side 3, the preprocessing makes side 2',
    );
  });

  it('averages the cells of a map and leaves a vector alone', () => {
    const map = { data: Float32Array.of(1, 3, 10, 30), channels: 2, height: 1, width: 2 };
    expect(Array.from(poolCells(map))).toEqual([2, 20]);
    const vector = { data: Float32Array.of(1, 3), channels: 2, height: 1, width: 1 };
    expect(Array.from(poolCells(vector))).toEqual([1, 3]);
  });
});
