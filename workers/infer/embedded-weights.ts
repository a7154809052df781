/** The weights that come with the workbench as files of its own origin, fetched once and held: they are a few megabytes. */
import { WorkbenchError } from '../../core/errors.ts';
import { openMemory } from '../../core/formats/byte-source.ts';
import { openSafetensors } from '../../core/formats/safetensors.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { createSha256 } from '../../core/sha256.ts';
import type { EmbeddedWeights } from '../../models/zoo/registry.ts';

/** Built scripts lie one folder below the page. */
const FOLDER = import.meta.env.PROD ? '../models/' : '/models/';

export interface EmbeddedFile {
  readonly source: TensorSource;
  readonly sha256: string;
}

const files = new Map<EmbeddedWeights, Promise<EmbeddedFile>>();

async function fetchFile(name: EmbeddedWeights): Promise<EmbeddedFile> {
  const response = await fetch(new URL(FOLDER + name, location.href));
  if (!response.ok) {
    throw new WorkbenchError(
      'model/not-loaded',
      `The file '${name}' of the workbench could not be fetched: ${response.status} ${response.statusText}.`,
      { hint: 'Reload the page with a connection; afterwards it is kept.' },
    );
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const sha = createSha256();
  sha.update(bytes);
  return { source: await openSafetensors(openMemory(bytes)), sha256: sha.digest() };
}

/** A file of weights. Errors: `model/not-loaded` when it cannot be fetched, `safetensors/damaged`. */
export function openEmbeddedWeights(name: EmbeddedWeights): Promise<EmbeddedFile> {
  const known = files.get(name);
  if (known !== undefined) return known;
  const fetched = fetchFile(name);
  files.set(name, fetched);
  // What failed may be asked for again.
  fetched.catch(() => files.delete(name));
  return fetched;
}
