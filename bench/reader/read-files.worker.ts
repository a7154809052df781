/**
 * Reads files in one worker, as ingest does (the next one is fetched meanwhile), and answers with the seconds it took.
 * Every array and every check; no hash and no thumbnail, because NumPy makes none.
 */
import { expose } from 'comlink';
import { readSample } from '../../core/cohort/read-sample.ts';
import { createScratch } from '../../core/formats/scratch.ts';

const scratch = createScratch();

async function readAll(files: readonly File[]): Promise<number> {
  const started = performance.now();
  let next = files[0]?.arrayBuffer();
  for (const [index, { name }] of files.entries()) {
    const bytes = new Uint8Array((await next) as ArrayBuffer);
    next = files[index + 1]?.arrayBuffer();
    scratch.reset();
    const sample = readSample(bytes, scratch.allocate);
    if (sample.mask.length !== sample.height * sample.width) throw new Error(`${name} was not read whole.`);
  }
  return (performance.now() - started) / 1000;
}

expose(readAll);
