/** The cache of a training's samples: bounded, with copies, never with what the file's bytes hold beside them. */
import { describe, expect, it } from 'vitest';

import { createSampleCache, type SamplePicture } from './sample-cache.ts';

/** A picture of eight bytes with its mask. */
function picture(value: number): SamplePicture {
  return { image: new Uint8Array(4).fill(value), mask: new Uint8Array(4), height: 2, width: 2 };
}

describe('the cache of samples', () => {
  it('keeps what fits and makes room for what does not', () => {
    const cache = createSampleCache(24);
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const [index, id] of ids.entries()) cache.keep(id, picture(index));
    const kept = ids.filter((id) => cache.get(id) !== undefined);
    expect(kept).toHaveLength(3);
    expect(kept).toContain('e');
    expect(cache.get('e')).toEqual(picture(4));
    cache.keep('large', { ...picture(9), image: new Uint8Array(100) });
    expect(cache.get('large')).toBeUndefined();
    expect(ids.filter((id) => cache.get(id) !== undefined)).toEqual(kept);
    cache.clear();
    expect(ids.filter((id) => cache.get(id) !== undefined)).toEqual([]);
  });

  it('keeps copies', () => {
    const cache = createSampleCache();
    const bytes = new Uint8Array(1000);
    const sample = { ...picture(0), image: bytes.subarray(10, 14) };
    cache.keep('a', sample);
    sample.image[0] = 7;
    expect(cache.get('a')?.image[0]).toBe(0);
    expect(cache.get('a')?.image.buffer.byteLength).toBe(4);
  });
});
