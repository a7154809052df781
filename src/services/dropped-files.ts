/**
 * Finds the files in what a person drops or picks: folders at any depth, single files, file inputs, the directory
 * picker. Only lists them; reading is for services/ingest.ts.
 */
import './file-system-access.ts';
import { listFolder } from './folder-worker.ts';

/** A file and its `/`-separated path inside what was dropped, which begins with the name of the dropped folder. */
export interface FoundFile {
  readonly path: string;
  readonly file: File;
}

/** What a file is for, judged by its name alone. `hidden` is what operating systems leave in folders. */
export type FileKind = 'sample' | 'split-list' | 'model' | 'prediction' | 'hidden' | 'other';

const KIND_OF_EXTENSION: Readonly<Record<string, FileKind>> = {
  npz: 'sample',
  txt: 'split-list',
  onnx: 'model',
  pth: 'model',
  pt: 'model',
  safetensors: 'model',
  png: 'prediction',
  npy: 'prediction',
};

/** The kind of a file, from its path. An `.npz` may also be a prediction: the place it is dropped on decides. */
export function classifyFile(path: string): FileKind {
  const parts = path.split('/');
  const name = (parts.at(-1) ?? '').toLowerCase();
  const isHidden = parts.some((part) => part.startsWith('.') || part === '__MACOSX');
  if (isHidden || name === 'thumbs.db' || name === 'desktop.ini') return 'hidden';
  return KIND_OF_EXTENSION[name.slice(name.lastIndexOf('.') + 1)] ?? 'other';
}

/** What was dropped or picked. */
export interface FoundItems {
  /** Every file, while the folders are still being listed. Can be walked once. */
  readonly files: AsyncIterable<FoundFile>;
  /** Handles of the folders, to open them again after a reload; empty where the browser gives none. */
  readonly folders: () => Promise<readonly FileSystemDirectoryHandle[]>;
}

/** File lists longer than this are given out in parts, with a pause for the page between them. */
const LIST_PART = 500;
/** Files of a folder opened at the same time: each costs a round trip to the browser's process. */
const OPEN_AT_ONCE = 32;

async function* inParts(files: readonly FoundFile[]): AsyncGenerator<FoundFile> {
  for (const [index, found] of files.entries()) {
    if (index > 0 && index % LIST_PART === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    yield found;
  }
}

/** By name, so that the same folder gives the same order through every API and on every machine. */
function byName(a: FileSystemEntry, b: FileSystemEntry): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function openEntry(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** The children of a folder; the old API gives a hundred at a time and an empty list at the end. */
async function listEntries(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return entries.toSorted(byName);
    entries.push(...part);
  }
}

function isFileEntry(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolderEntry(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** Files of entries, a few opened at a time. One that vanished meanwhile is left out. */
async function* openedInOrder(entries: readonly FileSystemFileEntry[]): AsyncGenerator<FoundFile> {
  for (let at = 0; at < entries.length; at += OPEN_AT_ONCE) {
    const part = entries.slice(at, at + OPEN_AT_ONCE);
    const files = await Promise.all(part.map((entry) => openEntry(entry).catch(() => undefined)));
    for (const [index, { fullPath }] of part.entries()) {
      const file = files[index];
      if (file !== undefined) yield { path: fullPath.slice(1), file };
    }
  }
}

async function* walkEntry(folder: FileSystemDirectoryEntry): AsyncGenerator<FoundFile> {
  const children = await listEntries(folder);
  yield* openedInOrder(children.filter(isFileEntry));
  for (const child of children) if (isFolderEntry(child)) yield* walkEntry(child);
}

/** The handle of a dropped folder, where the browser has and gives it. */
async function folderHandleOf(item: DataTransferItem): Promise<FileSystemDirectoryHandle | undefined> {
  const handle = await item.getAsFileSystemHandle?.().catch(() => null);
  return handle instanceof FileSystemDirectoryHandle ? handle : undefined;
}

/**
 * The files of a drop, single ones before those of folders. Call it inside the `drop` event: the browser empties the transfer
 * when the event is over. Folders are read by handle, else by entry; a browser with neither gives the files alone.
 */
export function filesOfDrop(transfer: DataTransfer): FoundItems {
  const items = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => {
      const entry = item.webkitGetAsEntry();
      // A file by entry: the size of one by `getAsFile` is asked of the browser's process while the page waits.
      return entry !== null && isFileEntry(entry)
        ? { fileEntry: entry }
        : { entry, folder: folderHandleOf(item), file: item.getAsFile() };
    });

  async function* walk(): AsyncGenerator<FoundFile> {
    yield* openedInOrder(items.flatMap(({ fileEntry }) => fileEntry ?? []));
    for (const { folder, entry = null, file = null } of items) {
      const handle = await folder;
      if (handle !== undefined) yield* listFolder(handle);
      else if (entry !== null && isFolderEntry(entry)) yield* walkEntry(entry);
      else if (file !== null) yield { path: file.name, file };
    }
  }

  return {
    files: walk(),
    async folders() {
      const handles = await Promise.all(items.flatMap(({ folder }) => folder ?? []));
      return handles.filter((handle) => handle !== undefined);
    },
  };
}

/** The files of an `<input type="file">`, with `webkitdirectory` or `multiple`. */
export function filesOfInput(list: Iterable<File>): FoundItems {
  const files = [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  return { files: inParts(files), folders: () => Promise.resolve([]) };
}

/** A listing that ends with an error at its first file. */
// oxlint-disable-next-line require-yield -- it has no file to give
async function* failing(error: unknown): AsyncGenerator<FoundFile> {
  await Promise.reject(error);
}

/** The files of folders opened by handle. */
export function filesOfFolders(folders: readonly FileSystemDirectoryHandle[]): FoundItems {
  async function* walk(): AsyncGenerator<FoundFile> {
    for (const folder of folders) yield* listFolder(folder);
  }
  return { files: walk(), folders: () => Promise.resolve(folders) };
}

/** Whether the browser can ask for a folder and give a handle that outlives the page. */
export function hasFolderPicker(): boolean {
  return 'showDirectoryPicker' in window;
}

/**
 * Asks the person for a folder. Undefined when they close the dialog. Needs a click, and `hasFolderPicker()`.
 * Never rejects: when the browser refuses the dialog or the folder, listing the files fails with its reason.
 */
export async function pickFolder(): Promise<FoundItems | undefined> {
  try {
    const folder = await window.showDirectoryPicker?.({ id: 'cohort', mode: 'read' });
    return folder && filesOfFolders([folder]);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    return { files: failing(error), folders: () => Promise.resolve([]) };
  }
}
