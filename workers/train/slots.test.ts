/** A file that is replaced whole: whatever is cut short or spoilt, the last whole content is what is read. */
import { describe, expect, it } from 'vitest';

import { type CacheStorage, createMemoryStorage } from '../infer/cache-storage.ts';
import { readSlots, writeSlots } from './slots.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = async (storage: CacheStorage) => (await readSlots(storage, 'run', 'checkpoint'))?.text();
const write = (storage: CacheStorage, text: string) =>
  writeSlots(storage, 'run', 'checkpoint', bytesOf(text));

/** A storage that fails after `limit` bytes of a file. */
function failingAfter(storage: CacheStorage, limit: number): CacheStorage {
  return {
    ...storage,
    async create(folder, name) {
      const sink = await storage.create(folder, name);
      let written = 0;
      return {
        async write(bytes) {
          const rest = Math.max(limit - written, 0);
          written += bytes.length;
          await sink.write(bytes.subarray(0, rest));
          if (bytes.length > rest) throw new Error('full');
        },
        close: () => sink.close(),
      };
    },
  };
}

describe('slots', () => {
  it('give what was written last, and nothing before', async () => {
    const storage = createMemoryStorage();
    expect(await read(storage)).toBeUndefined();
    for (const text of ['one', 'two', '', 'four']) {
      await write(storage, text);
      expect(await read(storage)).toBe(text);
    }
  });

  it.each([0, 3, 16, 20])('keep the last content when writing stops after %i bytes', async (limit) => {
    const storage = createMemoryStorage();
    await write(storage, 'the first');
    await write(storage, 'the second');
    await expect(write(failingAfter(storage, limit), 'the third, which is longer')).rejects.toThrow('full');
    expect(await read(storage)).toBe('the second');
    await write(storage, 'the fourth');
    expect(await read(storage)).toBe('the fourth');
  });

  it('take content whose bytes changed for none', async () => {
    const storage = createMemoryStorage();
    await write(storage, 'the first');
    await write(storage, 'the second');
    const spoilt = new Uint8Array(
      await ((await storage.open('run', 'checkpoint.1')) ?? new Blob()).arrayBuffer(),
    );
    spoilt[20] = 0;
    const sink = await storage.create('run', 'checkpoint.1');
    await sink.write(spoilt);
    await sink.close();
    expect(await read(storage)).toBe('the first');
  });
});
