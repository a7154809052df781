/**
 * A file that is replaced whole: two slots, of which the older one is overwritten, so that whatever happens while one is written
 * the other is there. A slot says its revision, its length and its checksum; one that does not hold what it says is none.
 */
import { crc32 } from '../../core/formats/crc32.ts';
import type { CacheStorage } from '../infer/cache-storage.ts';

const SLOTS = [0, 1] as const;
/** Revision u32, checksum u32, length f64. */
const HEADER_BYTES = 16;

interface Slot {
  readonly index: number;
  readonly revision: number;
  readonly content: Blob;
}

async function readSlot(
  storage: CacheStorage,
  folder: string,
  name: string,
  index: number,
): Promise<Slot | undefined> {
  const blob = await storage.open(folder, `${name}.${index}`);
  if (blob === undefined || blob.size < HEADER_BYTES) return undefined;
  try {
    const header = new DataView(await blob.slice(0, HEADER_BYTES).arrayBuffer());
    const content = blob.slice(HEADER_BYTES);
    if (content.size !== header.getFloat64(8, true)) return undefined;
    const checksum = crc32(new Uint8Array(await content.arrayBuffer()));
    if (checksum !== header.getUint32(4, true)) return undefined;
    return { index, revision: header.getUint32(0, true), content };
  } catch {
    // Browsers refuse to read a file that is being written; then the other slot counts.
    return undefined;
  }
}

async function newest(storage: CacheStorage, folder: string, name: string): Promise<Slot | undefined> {
  const slots = await Promise.all(SLOTS.map((index) => readSlot(storage, folder, name, index)));
  return slots.reduce(
    (best, slot) => (slot !== undefined && slot.revision >= (best?.revision ?? 0) ? slot : best),
    undefined,
  );
}

/** The last content that was written whole; undefined when there is none. Cost: reads both slots. */
export async function readSlots(
  storage: CacheStorage,
  folder: string,
  name: string,
): Promise<Blob | undefined> {
  return (await newest(storage, folder, name))?.content;
}

/**
 * Writes new content; what was there stays until it is whole. One writer at a time for a name.
 * Errors: those of the storage. Ownership: `bytes` are borrowed until it resolves.
 */
export async function writeSlots(
  storage: CacheStorage,
  folder: string,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const last = await newest(storage, folder, name);
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setUint32(0, (last?.revision ?? 0) + 1, true);
  header.setUint32(4, crc32(bytes), true);
  header.setFloat64(8, bytes.length, true);
  const sink = await storage.create(folder, `${name}.${last?.index === 0 ? 1 : 0}`);
  try {
    await sink.write(new Uint8Array(header.buffer));
    await sink.write(bytes);
  } finally {
    await sink.close();
  }
}
