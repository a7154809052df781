/**
 * Every file of the golden folder `pth-variants`, good, broken and hostile: dtypes, shapes, values, metadata and error
 * classes as its manifest lists them. Another folder of the same format must pass unchanged.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ErrorCode, WorkbenchError } from '../errors.ts';
import { goldensFolder, reportGolden } from '../goldens.ts';
import { maxAbsDifference } from '../testing.ts';
import { openMemory } from './byte-source.ts';
import { type MetadataValue, openTensorSource, type TensorSource } from './tensor-source.ts';

interface TensorFacts {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | boolean)[];
}

interface Variant {
  readonly file: string;
  readonly bytes: number;
  readonly expect: 'ok' | 'error';
  readonly error_class?: string;
  readonly tensors?: Readonly<Record<string, TensorFacts>>;
  readonly metadata?: Readonly<Record<string, MetadataValue>>;
}

/** The manifest's classes of each of our codes. We refuse by name whatever is not allowed, forbidden or unsupported. */
const CLASSES_OF_CODE: Readonly<Partial<Record<ErrorCode, readonly string[]>>> = {
  'pickle/refused-object': ['forbidden-global', 'unsupported-global'],
  'pickle/damaged': ['bad-pickle'],
  'zip/damaged': ['bad-zip'],
  'checkpoint/unknown-format': ['bad-zip'],
  'checkpoint/bad-storage': ['bad-storage'],
  'safetensors/damaged': ['bad-safetensors'],
};

const folder = goldensFolder('pth-variants');
const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
  readonly files: readonly Variant[];
};
let worstError = 0;

afterAll(() => {
  reportGolden('pth-variants', manifest.files.length, worstError);
});

async function open(file: string): Promise<TensorSource> {
  return await openTensorSource(openMemory(readFileSync(join(folder, file))), file);
}

/** The value whose path ends with `name` once its numbers are left out and its dots are underscores, or that has the name. */
function findMetadata(source: TensorSource, name: string): MetadataValue | undefined {
  const plain = (path: string): string => `_${path.replaceAll(/\.\d+(?=\.|$)/g, '').replaceAll('.', '_')}`;
  const entry = [...source.metadata].find(([path]) => plain(path).endsWith(`_${name}`));
  return source.metadata.get(name) ?? entry?.[1];
}

describe('pth-variants', () => {
  for (const variant of manifest.files.filter((file) => file.expect === 'ok')) {
    it(`reads ${variant.file}`, async () => {
      const source = await open(variant.file);
      expect(source.sizeBytes).toBe(variant.bytes);
      expect([...source.tensors.keys()].toSorted()).toEqual(Object.keys(variant.tensors ?? {}).toSorted());
      for (const [name, facts] of Object.entries(variant.tensors ?? {})) {
        expect(source.tensors.get(name)).toEqual({ name, dtype: facts.dtype, shape: facts.shape });
        const values = await source.read(name);
        const expected = Float32Array.from(facts.values, Number);
        worstError = Math.max(worstError, maxAbsDifference(values, expected));
        expect({ name, values }).toEqual({ name, values: expected });
      }
      for (const [name, value] of Object.entries(variant.metadata ?? {})) {
        const found = findMetadata(source, name);
        expect({ name, value: typeof found === 'bigint' ? String(found) : found }).toEqual({ name, value });
      }
    });
  }

  for (const variant of manifest.files.filter((file) => file.expect === 'error')) {
    it(`refuses ${variant.file}`, async () => {
      const attempt = async (): Promise<void> => {
        const source = await open(variant.file);
        for (const name of source.tensors.keys()) await source.read(name);
      };
      const error: unknown = await attempt().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(WorkbenchError);
      const { code, message } = error as WorkbenchError;
      expect({ message, classes: CLASSES_OF_CODE[code] }).toEqual({
        message,
        classes: expect.arrayContaining([variant.error_class]) as unknown,
      });
    });
  }
});
