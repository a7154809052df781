/**
 * Converts checkpoints to ONNX once and prints `{seconds, addedMiB}`: the time without hashing, and the peak of memory over
 * what the process held before. Run as built by `buildForNode`: OUT FILE [FILE] [--f16] [--size N].
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { openTensorSource } from '../core/formats/tensor-source.ts';
import { recogniseCheckpoint } from '../models/checkpoints/recognise.ts';
import type { CheckpointFile } from '../models/convert/conversion.ts';
import { planConversion } from '../models/convert/plan.ts';
import { writeConversion } from '../models/convert/write.ts';
import { openFile, openOutputFolder } from '../scripts/model-files.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { f16: { type: 'boolean', default: false }, size: { type: 'string' } },
});
const [out, ...paths] = positionals as [string, ...string[]];
const before = process.memoryUsage().rss;
const started = performance.now();
const files: CheckpointFile[] = [];
for (const path of paths) {
  const source = await openTensorSource(openFile(path), basename(path));
  files.push({ name: basename(path), source, recognised: recogniseCheckpoint(source) });
}
const side = values.size === undefined ? null : Number(values.size);
const plan = planConversion(files, { precision: values.f16 ? 'f16' : 'f32', side });
const folder = await openOutputFolder(out);
await writeConversion(plan, folder.create, new AbortController().signal, () => {});
const seconds = (performance.now() - started) / 1000;
// In KiB, as Linux counts it.
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ seconds, addedMiB: (peak - before) / 2 ** 20 }));
