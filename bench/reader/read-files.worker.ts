/**
 * Reads files in one worker, as ingest does (the next few are fetched meanwhile), and answers with the seconds it took.
 * Every array and every check; no hash and no thumbnail, because NumPy makes none.
 */
import { expose } from 'comlink';
import { readSample } from '../../core/cohort/read-sample.ts';
import { createScratch } from '../../core/formats/scratch.ts';
import { readInOrder } from '../../workers/data/read-together.ts';

const scratch = createScratch();

async function readAll(files: readonly File[]): Promise<number> {
  const started = performance.now();
  for await (const reading of readInOrder(files.map((file) => ({ kind: 'file', file })))) {
    const bytes = await reading();
    scratch.reset();
    const sample = readSample(bytes, scratch.allocate);
    if (sample.mask.length !== sample.height * sample.width) throw new Error('A file was not read whole.');
  }
  return (performance.now() - started) / 1000;
}

expose(readAll);
