/** Gives samples of an earlier visit their files again. */
import type { SampleId, SampleRecord } from '../../core/cohort/sample.ts';
import type { IngestFile } from '../api/data.ts';
import { hashBytes, readOrigin } from './sample-origin.ts';
import type { SampleStore } from './sample-store.ts';

/** What an unchanged file in an unchanged place has in common with its record. */
function placeKey(path: string, sizeBytes: number, lastModifiedMs: number): string {
  return `${sizeBytes} ${lastModifiedMs} ${path}`;
}

/**
 * Attaches files to samples that have none: by path, size and time, else (a moved or copied folder) by hash, which is
 * only taken where the size fits. Returns the id for each file, undefined where none matched.
 * A wrong match by path is found out when the sample is read: its content is hashed again then.
 */
export async function attachFiles(
  store: SampleStore,
  files: readonly IngestFile[],
): Promise<readonly (SampleId | undefined)[]> {
  const waiting = store.records().filter(({ id }) => store.origin(id) === undefined);
  const byPlace = new Map<string, SampleRecord>(
    waiting.map((record) => [placeKey(record.path, record.sizeBytes, record.lastModifiedMs), record]),
  );
  const sizes = new Set(waiting.map((record) => record.sizeBytes));

  async function idOf({ path, file }: IngestFile): Promise<SampleId | undefined> {
    const known = byPlace.get(placeKey(path, file.size, file.lastModified));
    if (known !== undefined) return known.id;
    if (!sizes.has(file.size)) return undefined;
    try {
      return await hashBytes(await readOrigin({ kind: 'file', file }));
    } catch {
      // A file that cannot be read matches nothing; reading it as a new one will say why.
      return undefined;
    }
  }

  const matched: (SampleId | undefined)[] = [];
  for (const file of files) {
    const id = await idOf(file);
    const isWaiting = id !== undefined && store.record(id) !== undefined && store.origin(id) === undefined;
    if (isWaiting) store.attach(id, { kind: 'file', file: file.file });
    matched.push(isWaiting ? id : undefined);
  }
  return matched;
}
