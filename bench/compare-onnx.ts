/**
 * Compares ONNX files of the same network, as two lowerings of one graph, on WebAssembly in Node, in turn:
 * `node --import tsx bench/compare-onnx.ts A.onnx B.onnx [--rounds 5] [--threads 2] [--batch 1]`.
 * Prints milliseconds, speed against the first, and how much the first outputs differ.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-web';
import { createRandom } from '../core/random.ts';
import { maxAbsDifference } from '../core/testing.ts';
import { inspectOnnx, type OnnxSummary } from '../models/onnx/inspect.ts';
import { alternate } from './alternate.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    batch: { type: 'string', default: '1' },
  },
});
ort.env.wasm.numThreads = Number(values.threads);
ort.env.logLevel = 'error';

/** Seeded values in [0, 1), as of images, for every input; an open size is the batch. */
function feedsOf({ inputs }: OnnxSummary): Record<string, ort.Tensor> {
  return Object.fromEntries(
    inputs.map(({ name, shape }) => {
      const dims = (shape ?? []).map((size) => (typeof size === 'number' ? size : Number(values.batch)));
      const random = createRandom(1, name);
      const count = dims.reduce((product, size) => product * size, 1);
      const data = Float32Array.from({ length: count }, () => random.uniform());
      return [name, new ort.Tensor('float32', data, dims)];
    }),
  );
}

async function open(path: string) {
  const bytes = readFileSync(path);
  const summary = inspectOnnx(bytes);
  const externalData = summary.dataFiles
    .map((name) => ({ path: name, file: join(dirname(path), name) }))
    .filter(({ file }) => existsSync(file))
    .map(({ path: name, file }) => ({ path: name, data: readFileSync(file) }));
  const session = await ort.InferenceSession.create(bytes, { externalData });
  const feeds = feedsOf(summary);
  return async () => {
    const outputs = await session.run(feeds);
    return Object.values(outputs)[0]?.data as Float32Array;
  };
}

const runs: (() => Promise<Float32Array>)[] = [];
for (const path of positionals) runs.push(await open(path));
const outputs: Float32Array[] = [];
for (const run of runs) outputs.push((await run()).slice());
const fastestMs = await alternate(Number(values.rounds), runs);
for (const [i, path] of positionals.entries()) {
  const difference = maxAbsDifference(outputs[i] ?? [], outputs[0] ?? []);
  const ms = fastestMs[i] as number;
  const speed = (fastestMs[0] as number) / ms;
  console.log(
    `${basename(path).padEnd(30)} ${ms.toFixed(1)} ms  speed ${speed.toFixed(3)}  largest difference ${difference.toPrecision(2)}`,
  );
}
// The threads of WebAssembly would keep the process alive.
process.exit();
