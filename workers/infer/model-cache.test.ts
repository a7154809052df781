/** The cache's promises, over memory: whole entries only, nothing left of a failure. */
import { describe, expect, it } from 'vitest';
import { type CacheStorage, createMemoryStorage } from './cache-storage.ts';
import { createModelCache } from './model-cache.ts';

interface Manifest {
  readonly name: string;
}

function parse(json: unknown): Manifest | undefined {
  const { name } = json as Partial<Manifest>;
  return typeof name === 'string' ? { name } : undefined;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const cacheOver = (storage: CacheStorage) => createModelCache(storage, parse);

/** Writes an entry of one file in two pieces. */
function writeSmall(storage: CacheStorage, id: string) {
  return cacheOver(storage).write(id, async (create) => {
    const sink = await create('weights.bin');
    await sink.write(bytes(1, 2));
    await sink.write(bytes(3));
    await sink.close();
    return { name: `model ${id}` };
  });
}

describe('the model cache', () => {
  it('keeps files written in pieces, and lists entries with their sizes', async () => {
    const storage = createMemoryStorage();
    await writeSmall(storage, 'a');
    await writeSmall(storage, 'b');
    const cache = cacheOver(storage);
    const entries = await cache.list();
    expect(entries.map(({ id, manifest }) => [id, manifest.name])).toEqual([
      ['a', 'model a'],
      ['b', 'model b'],
    ]);
    const file = await cache.open('a', 'weights.bin');
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes(1, 2, 3));
    expect(entries[0]?.sizeBytes).toBe(3 + JSON.stringify({ name: 'model a' }).length);
  });

  it('leaves nothing of an entry whose making fails, and keeps an error as it was', async () => {
    const storage = createMemoryStorage();
    const failure = new Error('stopped');
    const writing = cacheOver(storage).write('a', async (create) => {
      await (await create('weights.bin')).write(bytes(1));
      throw failure;
    });
    await expect(writing).rejects.toBe(failure);
    expect(await storage.folders()).toEqual([]);
  });

  it('does not count an entry that a crash left half-written, and removes it', async () => {
    const storage = createMemoryStorage();
    const sink = await storage.create('a', 'weights.bin');
    await sink.write(bytes(1));
    const torn = await storage.create('b', 'manifest.json');
    await torn.write(new TextEncoder().encode('{"name":"mod'));
    const cache = cacheOver(storage);
    expect(await cache.find('a')).toBeUndefined();
    expect(await cache.list()).toEqual([]);
    expect(await storage.folders()).toEqual([]);
  });

  it('leaves an entry alone that is being written', async () => {
    const storage = createMemoryStorage();
    const cache = cacheOver(storage);
    await cache.write('a', async (create) => {
      await (await create('weights.bin')).close();
      expect(await cache.list()).toEqual([]);
      return { name: 'a' };
    });
    expect(await cache.list()).toHaveLength(1);
  });

  it('replaces an entry that is written again, and deletes one', async () => {
    const storage = createMemoryStorage();
    await writeSmall(storage, 'a');
    await writeSmall(storage, 'a');
    const cache = cacheOver(storage);
    expect(await cache.list()).toHaveLength(1);
    await cache.remove('a');
    expect(await cache.find('a')).toBeUndefined();
    await expect(cache.open('a', 'weights.bin')).rejects.toMatchObject({ code: 'model/not-loaded' });
  });
});
