/**
 * Writes a demo cohort to a folder as real sample files with split lists:
 * `npm run demo-cohort -- --count 200 --out DIR [--seed N] [--size 664x512|512x512]`.
 */
import { mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  createDemoCohort,
  DEMO_COHORT_MAX_COUNT,
  type DemoCohortSpec,
  type DemoImageSize,
  demoSampleFile,
} from '../core/cohort/demo-cohort.ts';

const USAGE = 'npm run demo-cohort -- --count 200 --out DIR [--seed N] [--size 664x512|512x512]';

/** Height x width, as the file names of the data set's descriptions give them. */
const SIZES: Readonly<Record<string, DemoImageSize>> = {
  '664x512': { height: 664, width: 512 },
  '512x512': { height: 512, width: 512 },
};

/** A mistake in the command line, told in a sentence and without a stack. */
export class UsageError extends Error {}

export interface DemoCohortCommand {
  readonly spec: Required<DemoCohortSpec>;
  readonly outDir: string;
}

function wholeNumber(text: string, option: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${option} must be a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

/** What a command line asks for. Defaults: 200 subjects, seed 1, 664x512. Errors: `UsageError`. */
export function parseDemoCohortArguments(args: readonly string[]): DemoCohortCommand {
  const { count, out, seed, size } = readOptions(args);
  if (out === undefined || out === '') throw new UsageError('Say with --out in which folder to write.');
  const imageSize = Object.hasOwn(SIZES, size) ? SIZES[size] : undefined;
  if (imageSize === undefined) {
    throw new UsageError(`--size must be ${Object.keys(SIZES).join(' or ')}, not "${size}".`);
  }
  return {
    spec: {
      count: wholeNumber(count, '--count', 1, DEMO_COHORT_MAX_COUNT),
      seed: wholeNumber(seed, '--seed', 0, 0xffffffff),
      size: imageSize,
    },
    outDir: resolve(out),
  };
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        count: { type: 'string', default: '200' },
        out: { type: 'string' },
        seed: { type: 'string', default: '1' },
        size: { type: 'string', default: '664x512' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export interface DemoCohortSummary {
  readonly fileCount: number;
  readonly totalBytes: number;
  readonly trainCount: number;
  readonly testCount: number;
  /** Subjects by code of race: 0 Asian, 1 Black, 2 White. */
  readonly raceCounts: readonly number[];
}

/**
 * Writes the sample files, `train.txt` and `test.txt`; the lists last, so that a folder with lists is complete.
 * Errors: `UsageError` when the folder holds anything: two cohorts must not mix.
 */
export function writeDemoCohort(
  { spec, outDir }: DemoCohortCommand,
  report: (done: number, total: number) => void,
): DemoCohortSummary {
  mkdirSync(outDir, { recursive: true });
  if (readdirSync(outDir).length > 0) {
    throw new UsageError(`${outDir} is not empty. Choose a new or an empty folder.`);
  }
  const cohort = createDemoCohort(spec);
  const lists = { train: [] as string[], test: [] as string[] };
  const raceCounts = [0, 0, 0];
  let totalBytes = 0;
  for (let index = 0; index < cohort.count; index++) {
    const { name, split, codes } = cohort.describe(index);
    const bytes = demoSampleFile(spec, index);
    writeFileSync(join(outDir, name), bytes);
    totalBytes += bytes.length;
    lists[split].push(name);
    raceCounts[codes.race] = (raceCounts[codes.race] ?? 0) + 1;
    report(index + 1, cohort.count);
  }
  for (const [split, names] of Object.entries(lists)) {
    writeFileSync(join(outDir, `${split}.txt`), names.map((name) => `${name}\n`).join(''));
  }
  return {
    fileCount: cohort.count,
    totalBytes,
    trainCount: lists.train.length,
    testCount: lists.test.length,
    raceCounts,
  };
}

/** One line that is written over on a terminal, one line for every tenth elsewhere. */
function showProgress(done: number, total: number): void {
  if (process.stdout.isTTY) {
    process.stdout.write(`\r${done} of ${total} files${done === total ? '\n' : ''}`);
  } else if (done === total || Math.floor((10 * done) / total) > Math.floor((10 * (done - 1)) / total)) {
    console.log(`${done} of ${total} files`);
  }
}

function main(args: readonly string[]): void {
  try {
    const command = parseDemoCohortArguments(args);
    const startedMs = performance.now();
    const summary = writeDemoCohort(command, showProgress);
    const seconds = (performance.now() - startedMs) / 1000;
    const [asian, black, white] = summary.raceCounts;
    console.log(
      [
        `Wrote ${summary.fileCount} samples (${(summary.totalBytes / 1e6).toFixed(1)} MB) to ${command.outDir} in ${seconds.toFixed(1)} s.`,
        `train.txt ${summary.trainCount}, test.txt ${summary.testCount}; Asian ${asian}, Black ${black}, White ${white}; seed ${command.spec.seed}.`,
        'Synthetic images: differences between groups are invented and say nothing about people.',
      ].join('\n'),
    );
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\nUsage: ${USAGE}`);
      process.exitCode = 2;
    } else {
      console.error(
        `The cohort could not be written: ${error instanceof Error ? error.message : String(error)}`,
      );
      process.exitCode = 1;
    }
  }
}

// Node names the module by its real path, but the argument as it was typed.
const started = process.argv[1];
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2));
}
