/** What of the models slice survives a reload among the preferences: which model is in use, and where models should run. Bytes are private files. */
import { definePersisted } from './persist.ts';

export const persistedModels = definePersisted({
  slice: 'models',
  version: 1,
  save: ({ chosen, runOn }) => ({ ...chosen, runOn }),
  load: (state, saved) => {
    const { segmenter, extractor, runOn } = (
      typeof saved === 'object' && saved !== null ? saved : {}
    ) as Record<string, unknown>;
    return {
      ...state,
      chosen: {
        segmenter: typeof segmenter === 'string' ? segmenter : null,
        extractor: typeof extractor === 'string' ? extractor : null,
      },
      // Absent in what earlier versions saved.
      runOn: runOn === 'webgpu' || runOn === 'wasm' ? runOn : 'automatic',
    };
  },
  migrations: {},
});
