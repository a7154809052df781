/**
 * Reads every .npz file of a folder on one thread and prints the seconds it took: our side of `ingest` per core.
 * Every array and every check, no hash and no thumbnail. Run as built by `buildForNode`, as the page runs it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSample } from '../core/cohort/read-sample.ts';

const folder = process.argv[2] as string;
const paths = readdirSync(folder)
  .filter((name) => name.endsWith('.npz'))
  .map((name) => join(folder, name));

function read(path: string): void {
  const sample = readSample(new Uint8Array(readFileSync(path)));
  if (sample.mask.length !== sample.height * sample.width) throw new Error(`${path} was not read whole.`);
}

// Two hundred files bring the compiler's best code and the files into the system's cache, as for the other side.
for (const path of paths.slice(0, 200)) read(path);
for (const path of paths) readFileSync(path);
const started = performance.now();
for (const path of paths) read(path);
console.log((performance.now() - started) / 1000);
