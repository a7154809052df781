/** Dropped models between visits: their bytes and a few words about them, as private files of this page. */
import type { ModelId, ModelRole } from '../../workers/api/compute.ts';

const FOLDER = 'models';
const BYTES_SUFFIX = '.onnx';
const FACTS_SUFFIX = '.json';

export interface StoredModel {
  readonly id: ModelId;
  readonly name: string;
  readonly role: ModelRole;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

async function folder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

async function write(into: FileSystemDirectoryHandle, name: string, content: FileSystemWriteChunkType) {
  const file = await into.getFileHandle(name, { create: true });
  const stream = await file.createWritable();
  await stream.write(content);
  await stream.close();
}

/** Keeps a model. False where the browser has no private files, or no room. */
export async function storeModel({ id, name, role, bytes }: StoredModel): Promise<boolean> {
  try {
    const into = await folder();
    await write(into, `${id}${BYTES_SUFFIX}`, bytes);
    // The facts last: a model counts as kept only when it is there as a whole.
    await write(into, `${id}${FACTS_SUFFIX}`, JSON.stringify({ name, role }));
    return true;
  } catch {
    return false;
  }
}

/** Deletes a model; one that is not there is no error. */
export async function removeStoredModel(id: ModelId): Promise<void> {
  try {
    const from = await folder();
    await from.removeEntry(`${id}${FACTS_SUFFIX}`);
    await from.removeEntry(`${id}${BYTES_SUFFIX}`);
  } catch {
    // It was never kept, or the browser keeps nothing.
  }
}

function factsOf(text: string): { name: string; role: ModelRole } | undefined {
  try {
    const { name, role } = JSON.parse(text) as Record<string, unknown>;
    const isRole = role === 'segmenter' || role === 'extractor';
    return typeof name === 'string' && isRole ? { name, role } : undefined;
  } catch {
    return undefined;
  }
}

/** The models of earlier visits; empty where the browser keeps nothing. Cost: reads all bytes. */
export async function readStoredModels(): Promise<readonly StoredModel[]> {
  const found: StoredModel[] = [];
  try {
    const from = await folder();
    for await (const name of from.keys()) {
      if (!name.endsWith(FACTS_SUFFIX)) continue;
      const id = name.slice(0, -FACTS_SUFFIX.length);
      const facts = factsOf(await (await (await from.getFileHandle(name)).getFile()).text());
      if (facts === undefined) continue;
      const file = await (await from.getFileHandle(`${id}${BYTES_SUFFIX}`)).getFile();
      found.push({ id, ...facts, bytes: new Uint8Array(await file.arrayBuffer()) });
    }
  } catch {
    // What was read so far is what there is.
  }
  return found;
}
