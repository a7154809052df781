/** Listing of drops through each of the browser's APIs, over stand-ins of their objects. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFolderWorker } from '../../workers/folder/create-folder-worker.ts';
import { classifyFile, filesOfDrop, filesOfInput, type FoundItems, pickFolder } from './dropped-files.ts';

/** The folder worker in this thread. */
vi.mock('./observed-worker.ts', () => ({
  startedWhenAsked: () => {
    const worker = createFolderWorker();
    return () => worker;
  },
}));

class FakeFileHandle {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  getFile(): Promise<File> {
    return this.name.startsWith('gone')
      ? Promise.reject(new DOMException('', 'NotFoundError'))
      : Promise.resolve(new File([this.name], this.name));
  }
}

class FakeDirectoryHandle {
  readonly name: string;
  readonly children: readonly (FakeFileHandle | FakeDirectoryHandle)[];
  constructor(name: string, children: readonly (FakeFileHandle | FakeDirectoryHandle)[]) {
    this.name = name;
    this.children = children;
  }
  async *values(): AsyncGenerator<FakeFileHandle | FakeDirectoryHandle> {
    for (const child of this.children) yield await Promise.resolve(child);
  }
}

interface FakeEntry {
  readonly name: string;
  readonly fullPath: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
}

function fileEntry(fullPath: string): FakeEntry {
  const name = fullPath.slice(fullPath.lastIndexOf('/') + 1);
  const entry = {
    name,
    fullPath,
    isFile: true,
    isDirectory: false,
    file: (resolve: (file: File) => void) => resolve(new File([name], name)),
  };
  return entry;
}

/** Gives its children two at a time, as browsers give a hundred. */
function folderEntry(fullPath: string, children: readonly FakeEntry[]): FakeEntry {
  const entry = {
    name: fullPath.slice(fullPath.lastIndexOf('/') + 1),
    fullPath,
    isFile: false,
    isDirectory: true,
    createReader() {
      const left = [...children];
      return { readEntries: (resolve: (part: FakeEntry[]) => void) => resolve(left.splice(0, 2)) };
    },
  };
  return entry;
}

function drop(items: readonly object[]): FoundItems {
  const stubs = items.map((item) => ({
    kind: 'file',
    webkitGetAsEntry: () => null,
    getAsFile: () => null,
    ...item,
  }));
  return filesOfDrop({ items: stubs } as unknown as DataTransfer);
}

async function paths(found: FoundItems): Promise<string[]> {
  const list: string[] = [];
  for await (const { path, file } of found.files) {
    expect(path.endsWith(file.name)).toBe(true);
    list.push(path);
  }
  return list;
}

beforeEach(() => {
  vi.stubGlobal('FileSystemFileHandle', FakeFileHandle);
  vi.stubGlobal('FileSystemDirectoryHandle', FakeDirectoryHandle);
});
afterEach(() => void vi.unstubAllGlobals());

const folder = new FakeDirectoryHandle('cohort', [
  new FakeDirectoryHandle('test', [new FakeFileHandle('c.npz')]),
  new FakeFileHandle('b.npz'),
  new FakeFileHandle('gone.npz'),
  new FakeFileHandle('a.npz'),
]);
const EXPECTED = ['cohort/a.npz', 'cohort/b.npz', 'cohort/test/c.npz'];

describe('a drop', () => {
  it('is listed by handle: nested, in order of names, without files that are gone', async () => {
    const found = drop([{ getAsFileSystemHandle: () => Promise.resolve(folder) }]);
    expect(await paths(found)).toEqual(EXPECTED);
    expect(await found.folders()).toEqual([folder]);
  });

  it('is listed by entry where handles are refused', async () => {
    const entry = folderEntry('/cohort', [
      folderEntry('/cohort/test', [fileEntry('/cohort/test/c.npz')]),
      fileEntry('/cohort/b.npz'),
      fileEntry('/cohort/a.npz'),
    ]);
    const found = drop([
      { getAsFileSystemHandle: () => Promise.reject(new Error('refused')), webkitGetAsEntry: () => entry },
    ]);
    expect(await paths(found)).toEqual(EXPECTED);
    expect(await found.folders()).toEqual([]);
  });

  it('gives plain files where a browser has neither, and leaves text out', async () => {
    const found = drop([
      { getAsFile: () => new File(['x'], 'a.npz') },
      { kind: 'string' },
      { getAsFile: () => new File(['x'], 'b.npz') },
    ]);
    expect(await paths(found)).toEqual(['a.npz', 'b.npz']);
  });

  it('opens single files by entry, and asks for no handle of them', async () => {
    const getAsFileSystemHandle = vi.fn<() => Promise<null>>();
    const found = drop([
      { getAsFileSystemHandle: () => Promise.resolve(folder) },
      ...['/z.npz', '/a.npz'].map((path) => ({
        webkitGetAsEntry: () => fileEntry(path),
        getAsFileSystemHandle,
      })),
    ]);
    expect(await paths(found)).toEqual(['z.npz', 'a.npz', ...EXPECTED]);
    expect(getAsFileSystemHandle).not.toHaveBeenCalled();
  });

  it('asks for everything while the event lasts', () => {
    const asked: string[] = [];
    drop([
      {
        getAsFileSystemHandle: () => (asked.push('handle'), Promise.resolve(null)),
        webkitGetAsEntry: () => (asked.push('entry'), null),
        getAsFile: () => (asked.push('file'), null),
      },
    ]);
    expect(asked.toSorted()).toEqual(['entry', 'file', 'handle']);
  });
});

it('a file input gives relative paths where it has them', async () => {
  const nested = Object.assign(new File(['x'], 'a.npz'), { webkitRelativePath: 'cohort/train/a.npz' });
  const found = filesOfInput([nested, new File(['x'], 'b.npz')]);
  expect(await paths(found)).toEqual(['cohort/train/a.npz', 'b.npz']);
});

it('a closed picker gives nothing, and one that the browser refuses is a listing that fails with the reason', async () => {
  const refuse = (name: string) =>
    vi.stubGlobal('window', {
      showDirectoryPicker: () => Promise.reject(new DOMException('No folder may be read here.', name)),
    });
  refuse('AbortError');
  expect(await pickFolder()).toBeUndefined();
  refuse('SecurityError');
  const refused = await pickFolder();
  expect(refused && (await refused.folders())).toEqual([]);
  await expect(refused && paths(refused)).rejects.toThrow('No folder may be read here.');
});

it('files are known by their names', () => {
  const kinds = [
    ['cohort/data_00001.npz', 'sample'],
    ['cohort/DATA.NPZ', 'sample'],
    ['train.txt', 'split-list'],
    ['net.onnx', 'model'],
    ['weights/sam_vit_b_01ec64.pth', 'model'],
    ['model.SAFETENSORS', 'model'],
    ['pred/data_00001.png', 'prediction'],
    ['cohort/.DS_Store', 'hidden'],
    ['cohort/._data_00001.npz', 'hidden'],
    ['.git/data.npz', 'hidden'],
    ['__MACOSX/data.npz', 'hidden'],
    ['Thumbs.db', 'hidden'],
    ['README', 'other'],
    ['notes.pdf', 'other'],
  ] as const;
  for (const [path, kind] of kinds) expect([path, classifyFile(path)]).toEqual([path, kind]);
});
