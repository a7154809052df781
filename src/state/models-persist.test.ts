/** Which models are in use and where they should run survive a reload; what an earlier version saved is read. */
import { expect, it } from 'vitest';
import { initialModels } from './models.ts';
import { persistedModels } from './models-persist.ts';

it('brings back the models in use and where they run', () => {
  const chosen = { segmenter: 'a', extractor: null };
  const saved = persistedModels.save({ ...initialModels, chosen, runOn: 'webgpu' });
  expect(persistedModels.load(initialModels, JSON.parse(JSON.stringify(saved)))).toEqual({
    ...initialModels,
    chosen,
    runOn: 'webgpu',
  });
});

it('reads what was saved before there was a choice, and takes nothing unknown', () => {
  const earlier = persistedModels.load(initialModels, { segmenter: 'a', extractor: 'b' });
  expect(earlier).toMatchObject({ chosen: { segmenter: 'a', extractor: 'b' }, runOn: 'automatic' });
  expect(persistedModels.load(initialModels, { runOn: 'cuda' })).toMatchObject({ runOn: 'automatic' });
});
