/** Running batches: what overlaps on which provider, and what an error ends. */
import { describe, expect, it } from 'vitest';

import { WorkbenchError } from '../../core/errors.ts';
import { plainMapping } from '../../models/onnx/mapping.ts';
import type { PreparedBatch } from '../api/data.ts';
import { type RunnableModel, runBatches } from './run-batch.ts';

const SIDE = 1;

function batchOf(value: number): PreparedBatch {
  return {
    ids: [`image ${value}`],
    images: Float32Array.of(value),
    masks: new Uint8Array(),
    frames: [],
    failures: [],
  };
}

async function* batchesOf(values: readonly number[]): AsyncGenerator<PreparedBatch, void, undefined> {
  for (const value of values) yield await Promise.resolve(batchOf(value));
}

/** A model that gives its input back a moment later, or what `failures` has for it as an error, and notes when it runs. */
function createModel(
  provider: 'wasm' | 'webgpu',
  log: string[],
  failures: ReadonlyMap<number, Error> = new Map(),
): RunnableModel {
  return {
    report: { provider },
    network: {
      role: 'extractor',
      input: { name: 'x', channels: 1, side: SIDE, batch: null },
      outputName: 'y',
      mapping: plainMapping(1, 'channels-first'),
    },
    session: {
      async run(inputs) {
        const value = inputs['x']?.data[0] as number;
        log.push(`${value} starts`);
        await new Promise((resolve) => setTimeout(resolve, 1));
        const failure = failures.get(value);
        if (failure !== undefined) throw failure;
        return { y: { shape: [1, 1], data: Float32Array.of(value) } };
      },
      release: () => Promise.resolve(),
    },
  };
}

async function collect(model: RunnableModel, values: readonly number[], log: string[]): Promise<void> {
  for await (const { batch, output, failures } of runBatches(model, batchesOf(values), SIDE)) {
    log.push(...failures.map(({ id }) => `${id} failed`));
    if (output !== undefined) log.push(`${batch.ids.join()} gave ${output.data.join()}`);
    // The caller's own work on the batch.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('running batches', () => {
  it('runs the next one on WebGPU while the caller works on the last', async () => {
    const log: string[] = [];
    await collect(createModel('webgpu', log), [1, 2, 3], log);
    expect(log).toEqual([
      '1 starts',
      '2 starts',
      'image 1 gave 1',
      '3 starts',
      'image 2 gave 2',
      'image 3 gave 3',
    ]);
  });

  it('gives each result on WebAssembly before the next run blocks the worker', async () => {
    const log: string[] = [];
    await collect(createModel('wasm', log), [1, 2], log);
    expect(log).toEqual(['1 starts', 'image 1 gave 1', '2 starts', 'image 2 gave 2']);
  });

  it('lists the images of a run that failed, and goes on', async () => {
    const log: string[] = [];
    const failures = new Map([[2, new WorkbenchError('runtime/run-failed', 'It failed.')]]);
    await collect(createModel('webgpu', log, failures), [1, 2, 3], log);
    expect(log.filter((line) => !line.endsWith('starts'))).toEqual([
      'image 1 gave 1',
      'image 2 failed',
      'image 3 gave 3',
    ]);
  });

  it.each(['wasm', 'webgpu'] as const)('ends when the device is lost, on %s', async (provider) => {
    const log: string[] = [];
    const lost = new WorkbenchError('gpu/device-lost', 'It is gone.');
    const model = createModel(
      provider,
      log,
      new Map([
        [2, lost],
        [3, lost],
      ]),
    );
    await expect(collect(model, [1, 2, 3, 4], log)).rejects.toBe(lost);
    expect(log).toContain('image 1 gave 1');
    expect(log).not.toContain('4 starts');
  });

  it('lets what runs end when the caller stops', async () => {
    const log: string[] = [];
    const model = createModel('webgpu', log);
    for await (const { batch } of runBatches(model, batchesOf([1, 2, 3]), SIDE)) {
      expect(batch.ids).toEqual(['image 1']);
      break;
    }
    const whenStopped = log.length;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(log).toEqual(['1 starts', '2 starts']);
    expect(log).toHaveLength(whenStopped);
  });
});
