/**
 * Reads dropped files several at a time: one request to the browser's process for a few files costs hardly more than
 * one for a single file, a quarter of what reading costs.
 */
import { readOrigin, type SampleOrigin } from './sample-origin.ts';

/** The bytes of one origin, to be asked for once. Rejects as `readOrigin` does. */
export type Reading = () => Promise<Uint8Array<ArrayBuffer>>;

const MAX_FILES = 8;
const MAX_BYTES = 8 * 1024 * 1024;

/** Origins that are read in one request, in order: files that are small together, anything else alone. */
function groupOrigins(origins: readonly SampleOrigin[]): SampleOrigin[][] {
  const groups: SampleOrigin[][] = [];
  let room = 0;
  for (const origin of origins) {
    const sizeBytes = origin.kind === 'file' ? origin.file.size : Infinity;
    const group = groups.at(-1);
    if (group !== undefined && group.length < MAX_FILES && sizeBytes <= room) {
      group.push(origin);
      room -= sizeBytes;
    } else {
      groups.push([origin]);
      room = MAX_BYTES - sizeBytes;
    }
  }
  return groups;
}

/** The bytes of files that were read as one, each a view; undefined when any of them cannot be read. */
async function readAsOne(files: readonly File[]): Promise<Uint8Array<ArrayBuffer>[] | undefined> {
  const buffer = await new Blob([...files]).arrayBuffer().catch(() => undefined);
  if (buffer?.byteLength !== files.reduce((sum, file) => sum + file.size, 0)) return undefined;
  let end = 0;
  return files.map(({ size }) => new Uint8Array(buffer, (end += size) - size, size));
}

async function readGroup(group: readonly SampleOrigin[]): Promise<readonly Reading[]> {
  if (group.length > 1) {
    const together = await readAsOne(
      group.flatMap((origin) => (origin.kind === 'file' ? [origin.file] : [])),
    );
    if (together !== undefined) return together.map((bytes) => () => Promise.resolve(bytes));
    // Each by itself says which one it is, and why.
    return group.map((origin) => () => readOrigin(origin));
  }
  return group.map((origin) => {
    const reading = readOrigin(origin);
    // One that fails early waits for its turn and is not unhandled.
    reading.catch(() => undefined);
    return () => reading;
  });
}

/**
 * The readings of all origins in their order; the next few are fetched while one is worked on.
 * Cost: 16 MiB, or the bytes of two origins where these are larger.
 */
export async function* readInOrder(origins: readonly SampleOrigin[]): AsyncGenerator<Reading> {
  const groups = groupOrigins(origins);
  let next = readGroup(groups[0] ?? []);
  for (const index of groups.keys()) {
    const readings = await next;
    next = readGroup(groups[index + 1] ?? []);
    yield* readings;
  }
}
