/** What the thumbnail store promises: stale windows are dropped, the cache stays bounded, arrivals are told. */
import { describe, expect, it } from 'vitest';
import type { Thumbnail } from '../../workers/api/data.ts';
import { createThumbnailStore } from './cohort-thumbnails.ts';

function ids(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `sample-${from + i}`);
}

function thumbnailOf(id: string): Thumbnail {
  return { id, image: new Uint8Array(1), mask: new Uint8Array(1) };
}

/** A loader whose answers wait until they are released. */
function heldLoader() {
  const asked: string[] = [];
  const releases: (() => void)[] = [];
  const load = (wanted: readonly string[]) => {
    asked.push(...wanted);
    return new Promise<Thumbnail[]>((resolve) => releases.push(() => resolve(wanted.map(thumbnailOf))));
  };
  const release = async () => {
    for (const go of releases.splice(0)) go();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { asked, load, release };
}

describe('the thumbnail store', () => {
  it('no longer fetches what has left the view', async () => {
    const { asked, load, release } = heldLoader();
    const store = createThumbnailStore(load);
    store.want(ids(0, 200));
    const underWay = asked.length;
    store.want(ids(500, 510));
    await release();
    await release();
    expect(asked.slice(underWay)).toEqual(ids(500, 510));
  });

  it('keeps no more than its capacity, the latest used', async () => {
    const { load, release } = heldLoader();
    const store = createThumbnailStore(load, 4);
    store.want(ids(0, 4));
    await release();
    store.want(['sample-0', 'sample-9']);
    await release();
    expect(store.get('sample-0')?.id).toBe('sample-0');
    expect(store.get('sample-9')?.id).toBe('sample-9');
    expect(store.get('sample-1')).toBeUndefined();
  });

  it('asks for nothing twice and tells its listeners of arrivals', async () => {
    const { asked, load, release } = heldLoader();
    const store = createThumbnailStore(load);
    let told = 0;
    store.subscribe(() => told++);
    store.want(ids(0, 8));
    store.want(ids(0, 8));
    await release();
    store.want(ids(0, 8));
    expect(asked).toEqual(ids(0, 8));
    expect(told).toBe(1);
  });
});
