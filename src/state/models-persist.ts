/** What of the models slice survives a reload among the preferences: which model is in use. Bytes are private files. */
import { definePersisted } from './persist.ts';

export const persistedModels = definePersisted({
  slice: 'models',
  version: 1,
  save: ({ chosen }) => chosen,
  load: (state, saved) => {
    const { segmenter, extractor } = (typeof saved === 'object' && saved !== null ? saved : {}) as Record<
      string,
      unknown
    >;
    return {
      ...state,
      chosen: {
        segmenter: typeof segmenter === 'string' ? segmenter : null,
        extractor: typeof extractor === 'string' ? extractor : null,
      },
    };
  },
  migrations: {},
});
