/**
 * `npm run bench` lists the benchmarks; `npm run bench -- NAME` runs one and prints as its last line one JSON object
 * {name, adapter, figures, peer, ratio}. `--keep` also writes it to bench/results with what it was measured on.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BenchResult, parseResult } from './result.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const SUFFIX = '.bench.ts';

function benchmarkNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .toSorted();
}

/** First sentence of a benchmark's own doc comment. */
function purposeOf(name: string): string {
  const text = readFileSync(join(FOLDER, name + SUFFIX), 'utf8');
  const comment = /\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? '';
  return (
    comment
      .replace(/^\s*\* ?/gm, ' ')
      .trim()
      .split(/[.:](?:\s|$)/)[0] ?? ''
  ).replace(/\s+/g, ' ');
}

/** Runs a benchmark, passing its output on. Resolves with its last line; rejects when it fails. */
function runBenchmark(name: string, args: readonly string[]): Promise<string> {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(FOLDER, name + SUFFIX), ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    process.stdout.write(chunk);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output.trimEnd().split('\n').at(-1) ?? '');
      else reject(new Error(`The benchmark "${name}" ended with code ${code}.`));
    });
  });
}

function keep(result: BenchResult): string {
  const date = new Date().toISOString().slice(0, 10);
  const processors = cpus();
  const commit = execFileSync('git', ['rev-parse', '--short=8', 'HEAD'], { cwd: FOLDER }).toString().trim();
  const machine = { cores: processors.length, model: processors[0]?.model ?? 'unknown' };
  const adapter = result.adapter.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const path = join(FOLDER, 'results', `${result.name}-${date}-${adapter}.json`);
  mkdirSync(join(FOLDER, 'results'), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ date, commit, machine, ...result }, null, 2)}\n`);
  return path;
}

const args = process.argv.slice(2);
const name = args.find((arg) => !arg.startsWith('--'));
if (name === undefined) {
  for (const each of benchmarkNames()) console.log(`${each.padEnd(16)}${purposeOf(each)}`);
} else if (!benchmarkNames().includes(name)) {
  console.error(`There is no benchmark "${name}". There are: ${benchmarkNames().join(', ')}.`);
  process.exitCode = 2;
} else {
  const passedOn = args.filter((arg) => arg !== name && arg !== '--keep');
  const result = parseResult(await runBenchmark(name, passedOn));
  // On stderr, so that the last line of the output stays the result.
  if (args.includes('--keep')) console.error(`kept in ${keep(result)}`);
}
