/** Which of the files that came with an .onnx file become part of the model. */
import { expect, it } from 'vitest';
import { encodeProgram, storedBytes } from '../../models/onnx/encode.ts';
import { lowerGraph } from '../../models/onnx/lower.ts';
import { createFilterBank } from '../../models/zoo/filter-bank.ts';
import { createMemoryStorage } from './cache-storage.ts';
import { makeModel } from './make-model.ts';
import { createModelCache } from './model-cache.ts';
import type { ModelManifest } from './model-manifest.ts';

/** An extractor whose weights are said to lie in another file. */
function extractorWithout(weightFile: string): File {
  const program = lowerGraph(createFilterBank().graph, 'f32');
  const bytes = encodeProgram(program, (weight) => ({
    location: weightFile,
    offsetBytes: 0,
    lengthBytes: storedBytes(weight),
  }));
  return new File([bytes], 'extractor.onnx');
}

it('takes the files that the .onnx file names and no others', async () => {
  const file = extractorWithout('weights.bin');
  const weights = new File(['weights'], 'weights.bin');
  const readme = new File(['read me'], 'README.md');
  const cache = createModelCache(createMemoryStorage(), (json) => json as ModelManifest);
  const { signal } = new AbortController();
  const make = (dataFiles: readonly File[]) =>
    makeModel(cache, { kind: 'onnx', role: 'extractor', file, dataFiles }, signal, () => undefined);
  const id = await make([readme, weights]);
  const { manifest } = await cache.require(id);
  expect(manifest).toMatchObject({ dataFiles: ['weights.bin'] });
  expect(manifest.sources.map(({ name }) => name)).toEqual(['extractor.onnx', 'weights.bin']);
  // Dropped without it, it is the same model.
  expect(await make([weights])).toBe(id);
  await expect(make([readme])).rejects.toMatchObject({ code: 'onnx/unsupported-interface' });
});
