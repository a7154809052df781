/** A SAM of 1024 pixels fitted to another side, as the published loading does it (goldens, section 3). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openMemory } from '../../core/formats/byte-source.ts';
import { openTensorSource, type TensorSource } from '../../core/formats/tensor-source.ts';
import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import { describeDifference, maxAbsDifference, POINTWISE_F32 } from '../../core/testing.ts';
import { adaptSam } from './adapt-sam.ts';
import { resizeTable } from './resize-embedding.ts';

interface Config {
  readonly image_size: number;
  readonly kept_from_model_init: readonly string[];
  readonly output_shapes: Readonly<Record<string, readonly number[]>>;
}

const folder = goldensFolder('sam-checkpoint-adapt');
const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Config;
let caseCount = 0;
let worstError = 0;

afterAll(() => {
  reportGolden('sam-checkpoint-adapt', caseCount, worstError);
});

async function open(file: string): Promise<TensorSource> {
  return await openTensorSource(openMemory(readFileSync(join(folder, file))), file);
}

function compare(actual: Float32Array, expected: Float32Array): string | undefined {
  caseCount++;
  worstError = Math.max(worstError, maxAbsDifference(actual, expected));
  return describeDifference(actual, expected, POINTWISE_F32);
}

const inputs = await open('inputs.npz');
const outputs = await open('outputs.npz');
const adapted = adaptSam(inputs, { side: config.image_size });
const taken = [...outputs.tensors.keys()].filter((name) => !config.kept_from_model_init.includes(name));

describe('adaptSam', () => {
  it('takes what the published loading takes, and nothing else', () => {
    expect([...adapted.tensors.keys()].toSorted()).toEqual(taken.toSorted());
    for (const name of taken) {
      expect({ name, shape: adapted.tensors.get(name)?.shape }).toEqual({
        name,
        shape: config.output_shapes[name],
      });
    }
  });

  for (const name of taken) {
    it(`gives ${name}`, async () => {
      expect(compare(await adapted.read(name), await outputs.read(name))).toBeUndefined();
    });
  }
});

describe('resizeTable', () => {
  it('is the interpolation of get_rel_pos, for every size in the goldens', async () => {
    const reference = await open('get_rel_pos.npz');
    const [length = 0, width = 0] = reference.tensors.get('rel_pos')?.shape ?? [];
    const table = await reference.read('rel_pos');
    const results = [...reference.tensors.keys()].filter((name) => /^out_q\d+_k\d+/.test(name));
    expect(results.length).toBeGreaterThan(0);
    for (const name of results) {
      const [, queries = 0, keys = 0] = (/^out_q(\d+)_k(\d+)/.exec(name) ?? []).map(Number);
      const needed = 2 * Math.max(queries, keys) - 1;
      const resized = needed === length ? table : resizeTable(table, width, needed);
      // Row (q, k) of the result is the table's at their distance, each scaled to the longer of both.
      const gathered = new Float32Array(queries * keys * width);
      for (let q = 0; q < queries; q++) {
        for (let k = 0; k < keys; k++) {
          const distance =
            q * Math.max(keys / queries, 1) -
            k * Math.max(queries / keys, 1) +
            (keys - 1) * Math.max(queries / keys, 1);
          const row = Math.trunc(distance) * width;
          gathered.set(resized.subarray(row, row + width), (q * keys + k) * width);
        }
      }
      expect({ name, difference: compare(gathered, await reference.read(name)) }).toEqual({
        name,
        difference: undefined,
      });
    }
  });
});
