/** The models and encoders that this browser keeps. */
import { createModelCache } from './model-cache.ts';
import {
  type EncoderManifest,
  MANIFEST_FORMAT,
  type ModelCaches,
  type ModelManifest,
} from './model-manifest.ts';
import { openCacheStorage } from './private-files.ts';

/** Whether this version wrote a manifest: it is only ever read back from where it was written. */
function isOurs(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'format' in json && json.format === MANIFEST_FORMAT;
}

/** The caches of this browser. */
export async function openModelCaches(): Promise<ModelCaches> {
  return {
    models: createModelCache(await openCacheStorage('models'), (json) =>
      isOurs(json) ? (json as ModelManifest) : undefined,
    ),
    encoders: createModelCache(await openCacheStorage('encoders'), (json) =>
      isOurs(json) ? (json as EncoderManifest) : undefined,
    ),
  };
}
