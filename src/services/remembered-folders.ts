/** Folders a person dropped or picked, kept as handles so that a reload needs no second drop, only a permission. */
import { createStore, get, set, type UseStore } from 'idb-keyval';
import { type FoundItems, filesOfFolders } from './dropped-files.ts';

const FOLDERS_KEY = 'cohort-folders';

let opened: UseStore | undefined;

function database(): UseStore {
  opened ??= createStore('equiseg-folders', 'handles');
  return opened;
}

async function storedFolders(): Promise<FileSystemDirectoryHandle[]> {
  return (await get<FileSystemDirectoryHandle[]>(FOLDERS_KEY, database())) ?? [];
}

/** Keeps handles of dropped folders beyond a reload, beside those kept before. */
export async function rememberFolders(folders: readonly FileSystemDirectoryHandle[]): Promise<void> {
  const kept = await storedFolders();
  for (const folder of folders) {
    const isKnown = await Promise.all(kept.map((other) => other.isSameEntry(folder)));
    if (!isKnown.includes(true)) kept.push(folder);
  }
  await set(FOLDERS_KEY, kept, database());
}

/** Forgets all kept folders. */
export async function forgetFolders(): Promise<void> {
  await set(FOLDERS_KEY, [], database());
}

export interface RememberedFolders {
  readonly names: readonly string[];
  /** True when they can be read without asking the person again. */
  readonly granted: boolean;
}

/** The folders kept from an earlier visit; undefined when there are none. */
export async function rememberedFolders(): Promise<RememberedFolders | undefined> {
  const folders = await storedFolders();
  if (folders.length === 0) return undefined;
  const states: (PermissionState | undefined)[] = [];
  for (const folder of folders) states.push(await folder.queryPermission?.({ mode: 'read' }));
  return { names: folders.map(({ name }) => name), granted: states.every((state) => state === 'granted') };
}

/** Opens the kept folders, asking the person where the browser demands it (needs a click). Undefined when refused. */
export async function reopenFolders(): Promise<FoundItems | undefined> {
  const folders = await storedFolders();
  for (const folder of folders) {
    if ((await folder.requestPermission?.({ mode: 'read' })) !== 'granted') return undefined;
  }
  return folders.length === 0 ? undefined : filesOfFolders(folders);
}
