/**
 * TransUNets at full size through onnxruntime-web on WebAssembly against PyTorch, with weights from a hash, written as a
 * large checkpoint is (goldens, section 12).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web/wasm';
import { afterAll, describe, expect, it } from 'vitest';

import { readNpz } from '../../core/formats/npz.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import { describeDifference, maxAbsDifference, POINTWISE_F32, TRANSUNET_LOGITS } from '../../core/testing.ts';
import { readTransUnetConfiguration } from '../checkpoints/transunet.ts';
import type { WeightSource } from '../graph/params.ts';
import { dataFileName, layOutOnnx, writeOnnx } from '../onnx/write.ts';
import { foldStreamedNorms } from '../rewrite/fold-norms.ts';
import { createMemoryFolder } from '../testing/memory-folder.ts';
import { synthImage, synthWeight } from '../reference/synth-weights.ts';
import { createTransUnet, TRANSUNET_HEADS } from './transunet.ts';

ort.env.wasm.numThreads = 1;

const TIMEOUT_MS = 300_000;
const FILE = 'transunet.onnx';

interface CaseConfig {
  readonly salt: string;
  readonly image_name: string;
  readonly image_salt: string;
  readonly image_first8: readonly number[];
}

/** The parts of the logits that are stored, by their names: planes, rows and columns of [C,S,S]. */
const PARTS: Readonly<Record<string, (side: number) => { rows: number[]; columns: number[] }>> = {
  logits_every4: (side) => ({ rows: range(0, side, 4), columns: range(0, side, 4) }),
  logits_crop56: () => ({ rows: range(100, 156), columns: range(60, 116) }),
  logits_last_rows: (side) => ({ rows: range(side - 2, side), columns: range(0, side) }),
};

function range(start: number, end: number, step = 1): number[] {
  return Array.from({ length: Math.ceil((end - start) / step) }, (_, i) => start + i * step);
}

const folder = goldensFolder('transunet');
const readJson = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const cases = Object.entries(
  readJson('config.json') as Readonly<Record<string, CaseConfig | string>>,
).flatMap(([name, config]) => (typeof config === 'string' ? [] : [{ name, config }]));
let checked = 0;
let worstError = 0;

/** A checkpoint whose tensors are made when they are read. */
function synthCheckpoint(name: string, salt: string): { source: TensorSource; weights: WeightSource } {
  const shapes = readJson(`${name}_state_dict_shapes.json`) as Readonly<Record<string, [number[], string]>>;
  const tensors = Object.entries(shapes).map(
    ([key, [shape]]) => [key, { name: key, shape, dtype: 'float32' }] as const,
  );
  const make = (key: string) => synthWeight(key, shapes[key]?.[0] ?? [], salt);
  return {
    source: {
      tensors: new Map(tensors),
      metadata: new Map(),
      sizeBytes: 0,
      read: (key) => Promise.resolve(Float32Array.from(make(key).data)),
    },
    weights: { read: (key) => Promise.resolve(make(key)) },
  };
}

async function createSession(name: string, salt: string) {
  const { source, weights } = synthCheckpoint(name, salt);
  const configuration = readTransUnetConfiguration(source);
  const model = foldStreamedNorms({ graph: createTransUnet(configuration, TRANSUNET_HEADS), weights });
  const files = createMemoryFolder();
  const layout = layOutOnnx(model.graph, 'f32');
  await writeOnnx(layout, model.weights, FILE, files.create, new AbortController().signal, () => undefined);
  const data = dataFileName(FILE);
  const session = await ort.InferenceSession.create(files.read(FILE), {
    externalData: [{ path: data, data: files.read(data) }],
  });
  return { session, side: configuration.side, classes: configuration.classes };
}

afterAll(() => reportGolden('transunet', checked, worstError));

describe.each(cases)('the TransUNet $name', ({ name, config }) => {
  it('has the logits of PyTorch', { timeout: TIMEOUT_MS }, async () => {
    const { session, side, classes } = await createSession(name, config.salt);
    const image = synthImage(config.image_name, 3, side, side, config.image_salt);
    expect(describeDifference(image.slice(0, 8), config.image_first8, POINTWISE_F32)).toBeUndefined();
    const { logits } = await session.run({ image: new ort.Tensor('float32', image, [1, 3, side, side]) });
    await session.release();
    expect(logits?.dims).toEqual([1, classes, side, side]);
    const actual = logits?.data as Float32Array;
    const stored = readNpz(new Uint8Array(readFileSync(join(folder, `${name}.npz`))));
    for (const key of stored.keys) {
      const part = PARTS[key]?.(side);
      if (part === undefined) throw new Error(`no part of the logits is called '${key}'`);
      const values = range(0, classes).flatMap((plane) =>
        part.rows.flatMap((y) => part.columns.map((x) => actual[(plane * side + y) * side + x] as number)),
      );
      const expected = Float64Array.from(stored.read(key).values, Number);
      checked++;
      worstError = Math.max(worstError, maxAbsDifference(values, expected));
      expect(describeDifference(values, expected, TRANSUNET_LOGITS)).toBeUndefined();
    }
    expect(stored.keys.length).toBeGreaterThan(0);
  });
});

it('finds full-size TransUNets to check', () => {
  expect(cases.length).toBeGreaterThan(0);
});
