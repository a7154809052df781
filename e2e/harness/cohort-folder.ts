/** A folder of real sample files on disk: the project's own demo cohort, its split lists, and broken files that NumPy or a knife made. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DemoCohort, createDemoCohort, demoSampleFile } from '../../core/cohort/demo-cohort.ts';
import { goldensFolder } from '../../core/goldens.ts';

export interface CohortFolder {
  /** Absolute path: `images/data_*.npz`, `broken/*.npz`, `train.txt`, `test.txt`. */
  readonly path: string;
  /** The generator the good files came from, to compute from independently what the page must show. */
  readonly cohort: DemoCohort;
  /** File names of the files that must be refused. */
  readonly brokenNames: readonly string[];
  remove(): void;
}

interface Variant {
  readonly file: string;
  readonly expect: 'ok' | 'error';
  /** Present where either outcome is right. */
  readonly also_acceptable?: unknown;
}

function brokenVariants(): string[] {
  const manifest = JSON.parse(readFileSync(join(goldensFolder('npz-variants'), 'manifest.json'), 'utf8')) as {
    files: Variant[];
  };
  return (
    manifest.files
      .filter((variant) => variant.expect === 'error' && variant.also_acceptable === undefined)
      // An error only for whoever groups by race; the workbench loads it with race unknown.
      .filter((variant) => variant.file !== 'missing_race.npz')
      .map((variant) => variant.file)
  );
}

/** Writes the folder below the system's temporary one. The caller removes it. Cost: some 30 ms a sample. */
export function createCohortFolder(count = 60, seed = 7): CohortFolder {
  const path = mkdtempSync(join(tmpdir(), 'equiseg-cohort-'));
  const spec = { count, seed };
  const cohort = createDemoCohort(spec);
  for (const name of ['images', 'broken']) mkdirSync(join(path, name));
  const lists: Record<string, string[]> = {};
  for (let index = 0; index < count; index++) {
    const { name, split } = cohort.describe(index);
    writeFileSync(join(path, 'images', name), demoSampleFile(spec, index));
    (lists[split] ??= []).push(name);
  }
  for (const split of ['train', 'test']) {
    writeFileSync(join(path, `${split}.txt`), `${(lists[split] ?? []).join('\n')}\n`);
  }
  const brokenNames = brokenVariants();
  for (const name of brokenNames)
    copyFileSync(join(goldensFolder('npz-variants'), name), join(path, 'broken', name));
  return { path, cohort, brokenNames, remove: () => rmSync(path, { recursive: true }) };
}
