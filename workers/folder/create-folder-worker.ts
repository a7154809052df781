/** What the folder worker does: the files of folders at any depth, by handle, in parts. */
import type { IngestFile } from '../api/data.ts';
import type { FolderWorker, ListingId } from '../api/folder.ts';

/** Files opened at the same time, and in one part: each costs a round trip to the browser's process. */
const OPEN_AT_ONCE = 32;

/** By name, so that the same folder gives the same order on every machine. */
function byName(a: FileSystemHandle, b: FileSystemHandle): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

async function* partsOf(folder: FileSystemDirectoryHandle, path: string): AsyncGenerator<IngestFile[]> {
  const children: FileSystemHandle[] = [];
  for await (const child of folder.values()) children.push(child);
  children.sort(byName);
  const handles = children.filter((child) => child instanceof FileSystemFileHandle);
  for (let at = 0; at < handles.length; at += OPEN_AT_ONCE) {
    const part = handles.slice(at, at + OPEN_AT_ONCE);
    const files = await Promise.all(part.map((handle) => handle.getFile().catch(() => undefined)));
    const found = files.flatMap((file) => (file === undefined ? [] : { path: `${path}/${file.name}`, file }));
    if (found.length > 0) yield found;
  }
  for (const child of children) {
    if (child instanceof FileSystemDirectoryHandle) yield* partsOf(child, `${path}/${child.name}`);
  }
}

/** The api of a folder worker. */
export function createFolderWorker(): FolderWorker {
  const listings = new Map<ListingId, AsyncGenerator<IngestFile[]>>();
  let openedCount = 0;
  return {
    open(folder) {
      openedCount++;
      listings.set(openedCount, partsOf(folder, folder.name));
      return Promise.resolve(openedCount);
    },
    async next(listing) {
      const part = await listings.get(listing)?.next();
      if (part?.done === false) return part.value;
      listings.delete(listing);
      return [];
    },
    close(listing) {
      listings.delete(listing);
      return Promise.resolve();
    },
  };
}
