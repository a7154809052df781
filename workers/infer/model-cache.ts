/**
 * Models kept between visits: for each an entry of a few files and a manifest. The manifest is written last, so a
 * half-written entry is not an entry.
 */
import { WorkbenchError } from '../../core/errors.ts';
import type { CreateFile, FileSink } from '../../models/onnx/sink.ts';
import type { CacheStorage } from './cache-storage.ts';

const MANIFEST = 'manifest.json';

export interface CacheEntry<Manifest> {
  readonly id: string;
  readonly manifest: Manifest;
  readonly sizeBytes: number;
}

export interface ModelCache<Manifest> {
  /** Whether entries outlive the page. */
  readonly persistent: boolean;
  /** Every whole entry. What a crash or a cancel left of others is removed. */
  list(): Promise<readonly CacheEntry<Manifest>[]>;
  /** Undefined when there is no whole entry of this id. */
  find(id: string): Promise<CacheEntry<Manifest> | undefined>;
  /**
   * Writes an entry: `fill` makes its files and returns its manifest. Nothing stays when it fails or is cancelled.
   * Errors: those of `fill`; `model/storage-full`.
   */
  write(id: string, fill: (create: CreateFile) => Promise<Manifest>): Promise<CacheEntry<Manifest>>;
  /** Errors: `model/not-loaded` when there is no whole entry of this id. */
  require(id: string): Promise<CacheEntry<Manifest>>;
  /** A file of an entry. Errors: `model/not-loaded` when it is gone. */
  open(id: string, name: string): Promise<Blob>;
  /** Deletes an entry; one that is not there is no error. */
  remove(id: string): Promise<void>;
}

function gone(): WorkbenchError {
  return new WorkbenchError(
    'model/not-loaded',
    'The files of this model are no longer in the browser. Make it again.',
  );
}

/** The cache over a storage. `parse` makes a manifest of JSON, or undefined of what is none. */
export function createModelCache<Manifest>(
  storage: CacheStorage,
  parse: (json: unknown) => Manifest | undefined,
): ModelCache<Manifest> {
  const writing = new Set<string>();

  async function find(id: string): Promise<CacheEntry<Manifest> | undefined> {
    const text = await (await storage.open(id, MANIFEST))?.text();
    if (text === undefined) return undefined;
    try {
      const manifest = parse(JSON.parse(text));
      return manifest === undefined ? undefined : { id, manifest, sizeBytes: await storage.sizeBytes(id) };
    } catch {
      // Cut short while it was written.
      return undefined;
    }
  }
  // A folder that another tab is writing into cannot be removed, and need not be.
  const removeQuietly = (id: string) => storage.remove(id).catch(() => undefined);

  return {
    persistent: storage.persistent,
    find,
    async list() {
      const entries: CacheEntry<Manifest>[] = [];
      for (const id of await storage.folders()) {
        if (writing.has(id)) continue;
        const entry = await find(id);
        if (entry === undefined) await removeQuietly(id);
        else entries.push(entry);
      }
      return entries;
    },
    async write(id, fill) {
      const open: FileSink[] = [];
      const create = async (name: string) => {
        const sink = await storage.create(id, name);
        open.push(sink);
        return { ...sink, close: () => closeSink(open, sink) };
      };
      writing.add(id);
      try {
        await removeQuietly(id);
        const manifest = await fill(create);
        const last = await create(MANIFEST);
        await last.write(new TextEncoder().encode(JSON.stringify(manifest)));
        await last.close();
        return { id, manifest, sizeBytes: await storage.sizeBytes(id) };
      } catch (error) {
        await Promise.all(open.map((sink) => sink.close().catch(() => undefined)));
        await removeQuietly(id);
        throw error;
      } finally {
        writing.delete(id);
      }
    },
    async require(id) {
      const entry = await find(id);
      if (entry === undefined) throw gone();
      return entry;
    },
    async open(id, name) {
      const file = await storage.open(id, name);
      if (file === undefined) throw gone();
      return file;
    },
    remove: removeQuietly,
  };
}

async function closeSink(open: FileSink[], sink: FileSink): Promise<void> {
  open.splice(open.indexOf(sink), 1);
  await sink.close();
}
