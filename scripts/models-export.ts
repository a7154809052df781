/**
 * Makes ONNX files of checkpoints, as the page does: `npm run models:export -- --weights FILE [--lora FILE] --out DIR
 * [--model NAME] [--size PIXELS] [--fp16]`. Beside the model it writes model.json: what it is and what it was made of.
 */
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { WorkbenchError } from '../core/errors.ts';
import { openTensorSource } from '../core/formats/tensor-source.ts';
import { recogniseCheckpoint } from '../models/checkpoints/recognise.ts';
import type { CheckpointFile, ConversionPlan, ConversionSettings } from '../models/convert/conversion.ts';
import { planConversion } from '../models/convert/plan.ts';
import { writeConversion } from '../models/convert/write.ts';
import { failWith, hashFile, messageOf, openFile, openOutputFolder, UsageError } from './model-files.ts';

const USAGE =
  'npm run models:export -- --weights FILE [--lora FILE] --out DIR [--model NAME] [--size PIXELS] [--fp16]';
const RECORD = 'model.json';

interface ExportCommand {
  /** The checkpoint, and the adapters where there are any. */
  readonly paths: readonly string[];
  readonly outDir: string;
  /** What the files are expected to make; undefined takes whatever they do. */
  readonly model: string | undefined;
  readonly settings: ConversionSettings;
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        model: { type: 'string' },
        weights: { type: 'string' },
        lora: { type: 'string' },
        size: { type: 'string' },
        fp16: { type: 'boolean', default: false },
        out: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

function parseSide(size: string | undefined): number | null {
  if (size === undefined) return null;
  const side = Number(size);
  if (/^\d+$/.test(size) && side >= 16 && side <= 4096 && side % 16 === 0) return side;
  throw new UsageError(`--size must be a multiple of 16 from 16 to 4096, not "${size}".`);
}

function parseCommand(args: readonly string[]): ExportCommand {
  const { model, weights, lora, size, fp16, out } = readOptions(args);
  if (weights === undefined) throw new UsageError('Name the checkpoint with --weights.');
  if (out === undefined || out === '') throw new UsageError('Say with --out in which folder to write.');
  return {
    paths: [weights, ...(lora === undefined ? [] : [lora])].map((path) => resolve(path)),
    outDir: resolve(out),
    model,
    settings: { precision: fp16 ? 'f16' : 'f32', side: parseSide(size) },
  };
}

/** `samed-vit-b`, `sam-encoder-vit-h`, `inception-v3-fid`, `transunet-r50-vit-b-16`. */
function modelNameOf({ kind, variant }: ConversionPlan): string {
  return `${kind}-${variant}`.toLowerCase().replaceAll('_', '-');
}

/** Errors: those of opening and recognising it, which name the file: it may be one of two. */
async function openCheckpoint(path: string): Promise<CheckpointFile> {
  const name = basename(path);
  try {
    const source = await openTensorSource(openFile(path), name);
    return { name, source, recognised: recogniseCheckpoint(source) };
  } catch (error) {
    if (!(error instanceof WorkbenchError) || error.message.includes(name)) throw error;
    throw new WorkbenchError(error.code, `${name}: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

/** Tenths of the work, one line each. */
function createProgressLines(): (done: number, total: number) => void {
  let shown = 0;
  return (done, total) => {
    const tenths = Math.floor((10 * done) / total);
    if (tenths <= shown) return;
    shown = tenths;
    console.error(`${tenths * 10} % of ${(total / 1e6).toFixed(0)} MB`);
  };
}

async function exportModel({ paths, outDir, model, settings }: ExportCommand): Promise<string> {
  const files: CheckpointFile[] = [];
  for (const path of paths) files.push(await openCheckpoint(path));
  const plan = planConversion(files, settings);
  const made = modelNameOf(plan);
  if (model !== undefined && model !== made) {
    throw new UsageError(`These files make the model ${made} (${plan.words}), not ${model}.`);
  }
  const folder = await openOutputFolder(outDir);
  try {
    const showProgress = createProgressLines();
    const converted = await writeConversion(plan, folder.create, new AbortController().signal, (progress) =>
      showProgress(progress.done, progress.total),
    );
    const sources = await Promise.all(
      files.map(async ({ name, source: { sizeBytes }, recognised: { words } }, i) => ({
        name,
        sizeBytes,
        sha256: await hashFile(paths[i] ?? ''),
        words,
      })),
    );
    const record = { model: made, ...converted, sources, unused: plan.unused };
    const sink = await folder.create(RECORD);
    await sink.write(new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`));
    await sink.close();
  } catch (error) {
    await folder.discard();
    throw error;
  }
  const unused = plan.unused.length > 0 ? `\nNot used: ${plan.unused.join(', ')}.` : '';
  return `${plan.words}: wrote ${folder.names.join(', ')} to ${outDir}.${unused}`;
}

async function main(args: readonly string[]): Promise<void> {
  try {
    console.log(await exportModel(parseCommand(args)));
  } catch (error) {
    failWith(error, USAGE);
  }
}

await main(process.argv.slice(2));
