/** What stands beside the files of a kept model: how to run it, and what it was made of. */
import type { ConvertedModel } from '../../models/convert/conversion.ts';
import type { ModelRole, SourceFile } from '../api/compute.ts';

import { createModelCache, type ModelCache } from './model-cache.ts';
import { openCacheStorage } from './private-files.ts';

/** Counts up when the files of a conversion change, so that old entries are made anew. */
export const MANIFEST_FORMAT = 2;

interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly name: string;
  readonly role: ModelRole;
  readonly sources: readonly SourceFile[];
}

/** A file of another maker, copied. */
export interface OnnxManifest extends Manifest {
  readonly kind: 'onnx';
  readonly file: string;
  readonly dataFiles: readonly string[];
}

/** Made of checkpoints. */
export interface ConvertedManifest extends Manifest {
  readonly kind: 'converted';
  readonly converted: ConvertedModel;
  /** Tensors of the checkpoints that the model does not use. */
  readonly unused: readonly string[];
}

export type ModelManifest = OnnxManifest | ConvertedManifest;

/** The manifest that this version wrote, or undefined: it is only ever read back from where it was written. */
function parseManifest(json: unknown): ModelManifest | undefined {
  if (typeof json !== 'object' || json === null || !('format' in json)) return undefined;
  return json.format === MANIFEST_FORMAT ? (json as ModelManifest) : undefined;
}

/** The cache of models of this browser. */
export async function openModelCache(): Promise<ModelCache<ModelManifest>> {
  return createModelCache(await openCacheStorage(), parseManifest);
}
