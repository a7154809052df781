/**
 * Reads packs, from any thread: folders of the origin private file system, and IndexedDB where a browser has no such file
 * system or another tab held the files. Looks in both, so any worker finds what another has written.
 */
import { getMany } from 'idb-keyval';

import type { SampleId } from '../../core/cohort/sample.ts';
import { isIntact, type PackEntry, parsePackIndex } from './pack.ts';
import {
  INDEX_SUFFIX,
  keyOf,
  openDatabase,
  openFolder,
  PAYLOAD_SUFFIX,
  type StoredValue,
} from './pack-places.ts';

/** Neighbouring payloads are read in one go up to this size: few calls, bounded memory. */
const READ_BYTES = 8 * 1024 * 1024;

/** Reads payloads, neighbours in one go, and leaves out what is damaged. */
async function readPayloads(
  file: Blob,
  entries: readonly PackEntry[],
  receive: (id: SampleId, value: StoredValue) => void,
): Promise<void> {
  const sorted = entries.toSorted((a, b) => a.offsetBytes - b.offsetBytes);
  for (let first = 0; first < sorted.length;) {
    const start = (sorted[first] as PackEntry).offsetBytes;
    let end = start;
    let next = first;
    for (; next < sorted.length; next++) {
      const entry = sorted[next] as PackEntry;
      const entryEnd = entry.offsetBytes + entry.sizeBytes;
      if (next > first && (entry.offsetBytes !== end || entryEnd - start > READ_BYTES)) break;
      end = entryEnd;
    }
    const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
    for (const entry of sorted.slice(first, next)) {
      const at = entry.offsetBytes - start;
      const payload = bytes.slice(at, at + entry.sizeBytes);
      if (isIntact(entry, payload)) receive(entry.id, { payload, meta: entry.meta });
    }
    first = next;
  }
}

/**
 * The values stored under `path` by any writer; ids that have none are absent.
 * Cost: the index of each writer is read whole; payloads in runs of at most 8 MiB.
 */
export async function readPacks(
  path: readonly string[],
  ids: readonly SampleId[],
): Promise<Map<SampleId, StoredValue>> {
  const found = new Map<SampleId, StoredValue>();
  const wanted = new Set(ids);
  const folder = await openFolder(path, false);
  if (folder !== undefined) {
    for await (const name of folder.keys()) {
      if (!name.endsWith(INDEX_SUFFIX)) continue;
      const writer = name.slice(0, -INDEX_SUFFIX.length);
      const index = await (await folder.getFileHandle(name)).getFile();
      const payload = await (await folder.getFileHandle(`${writer}${PAYLOAD_SUFFIX}`)).getFile();
      const latest = new Map<SampleId, PackEntry>();
      for (const entry of parsePackIndex(new Uint8Array(await index.arrayBuffer()), payload.size)) {
        if (wanted.has(entry.id)) latest.set(entry.id, entry);
      }
      await readPayloads(payload, [...latest.values()], (id, value) => found.set(id, value));
    }
  }
  const missing = [...wanted].filter((id) => !found.has(id));
  if (missing.length > 0) {
    const values = await getMany<StoredValue | undefined>(
      missing.map((id) => keyOf(path, id)),
      openDatabase(),
    );
    for (const [i, value] of values.entries()) {
      if (value !== undefined) found.set(missing[i] as SampleId, value);
    }
  }
  return found;
}
