/** The models and encoders that this browser keeps. */
import { createModelCache } from './model-cache.ts';
import {
  type EncoderManifest,
  MANIFEST_FORMAT,
  type ModelCaches,
  type ModelManifest,
} from './model-manifest.ts';
import { openCacheStorage } from './private-files.ts';

/** The manifest that this version wrote, or undefined: it is only ever read back from where it was written. */
function parse<T extends { readonly format: number }>(json: unknown): T | undefined {
  if (typeof json !== 'object' || json === null || !('format' in json)) return undefined;
  return json.format === MANIFEST_FORMAT ? (json as unknown as T) : undefined;
}

/** The caches of this browser. */
export async function openModelCaches(): Promise<ModelCaches> {
  return {
    models: createModelCache(await openCacheStorage('models'), parse<ModelManifest>),
    encoders: createModelCache(await openCacheStorage('encoders'), parse<EncoderManifest>),
  };
}
