import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, WorkbenchError } from '../errors.ts';
import { goldensFolder } from '../goldens.ts';
import { createRandom } from '../random.ts';
import { type ByteSource, openBlob, openMemory } from './byte-source.ts';
import { writeNpz } from './npz.ts';
import { openTensorSource, type TensorSource } from './tensor-source.ts';

function golden(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(goldensFolder('pth-variants'), file)));
}

function withCode(code: ErrorCode, message = ''): Error {
  return expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error;
}

async function open(bytes: Uint8Array): Promise<TensorSource> {
  return await openTensorSource(openMemory(bytes), 'test');
}

/** Text of a pickle as one character for each byte. */
function bytesOf(characters: string): Uint8Array {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

function text(value: string): string {
  return `X${String.fromCharCode(value.length)}\0\0\0${value}`;
}

function int(value: number): string {
  return `J${String.fromCharCode(...new Uint8Array(Int32Array.of(value).buffer))}`;
}

function tuple(...items: readonly string[]): string {
  return `(${items.join('')}t`;
}

/** A tensor over a storage, as torch.save writes it. */
function tensor(
  key: string,
  storedCount: number,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
  type = 'FloatStorage',
): string {
  const id = tuple(text('storage'), `ctorch\n${type}\n`, text(key), text('cpu'), int(storedCount));
  const args = [`${id}Q`, int(offset), tuple(...shape.map(int)), tuple(...strides.map(int)), '\x89', 'N'];
  return `ctorch._utils\n_rebuild_tensor_v2\n${tuple(...args)}R`;
}

/** A checkpoint whose pickle is `content` and whose storages are floats counting from 0. */
function checkpoint(
  content: string,
  storages: Readonly<Record<string, number>> = {},
): Uint8Array<ArrayBuffer> {
  const files: Zippable = { 'archive/data.pkl': bytesOf(`\x80\x02${content}.`) };
  for (const [key, count] of Object.entries(storages)) {
    const values = Float32Array.from({ length: count }, (_, i) => i);
    files[`archive/data/${key}`] = new Uint8Array(values.buffer);
  }
  return zipSync(files, { level: 0 });
}

function dictionary(entries: Readonly<Record<string, string>>): string {
  return `}(${Object.entries(entries)
    .map(([name, value]) => text(name) + value)
    .join('')}u`;
}

describe('openTensorSource', () => {
  it('decides by content, not by name', async () => {
    const source = await openTensorSource(openMemory(golden('state_dict.safetensors')), 'weights.pth');
    expect(source.metadata.get('format')).toBe('pt');
  });

  it.each([0, 1, 8, 20])('refuses %i bytes that are no checkpoint', async (length) => {
    await expect(open(new Uint8Array(length))).rejects.toThrow(withCode('checkpoint/unknown-format', 'test'));
  });

  it('refuses a zip that holds neither tensors nor arrays, and a pickle of something else', async () => {
    await expect(open(zipSync({ 'a.txt': bytesOf('a') }))).rejects.toThrow(
      withCode('checkpoint/unknown-format'),
    );
    await expect(open(bytesOf('\x80\x02K\x01.K\x02.'))).rejects.toThrow(
      withCode('checkpoint/unknown-format'),
    );
  });

  it('reads the arrays of an .npz as tensors, compressed or not, and leaves text out', async () => {
    const bytes = writeNpz({
      'block/kernel': { shape: [2, 2], values: Float64Array.of(1, 2, 3, 0.1) },
      count: { shape: [], values: BigInt64Array.of(-3n) },
      name: { shape: [], values: ['a'] },
    });
    const source = await open(bytes);
    expect([...source.tensors.values()]).toEqual([
      { name: 'block/kernel', dtype: 'float64', shape: [2, 2] },
      { name: 'count', dtype: 'int64', shape: [] },
    ]);
    expect(await source.read('block/kernel')).toEqual(Float32Array.of(1, 2, 3, 0.1));
    expect(await source.read('count')).toEqual(Float32Array.of(-3));
  });

  it('names a tensor that is not there, in every format', async () => {
    for (const file of ['state_dict_zip.pth', 'state_dict_legacy.pth', 'state_dict.safetensors']) {
      const source = await open(golden(file));
      await expect(source.read('absent')).rejects.toThrow(withCode('checkpoint/missing-tensor', 'absent'));
    }
  });

  it('reads the same from a file of the browser', async () => {
    const bytes = golden('state_dict_zip.pth');
    const dropped = await openTensorSource(openBlob(new Blob([bytes])), 'dropped.pth');
    const memory = await open(bytes);
    for (const name of memory.tensors.keys())
      expect(await dropped.read(name)).toEqual(await memory.read(name));
  });

  it('gives arrays that the caller may change', async () => {
    const source = await open(golden('state_dict_zip.pth'));
    const first = await source.read('layer.weight');
    const expected = first.slice();
    first.fill(0);
    expect(await source.read('layer.weight')).toEqual(expected);
  });

  it('reads no more of the file than its list and the tensor asked for', async () => {
    const bytes = checkpoint(
      dictionary({ a: tensor('0', 1e5, 0, [1e5], [1]), b: tensor('1', 2, 0, [2], [1]) }),
      {
        0: 1e5,
        1: 2,
      },
    );
    const memory = openMemory(bytes);
    let readBytes = 0;
    const counting: ByteSource = {
      sizeBytes: memory.sizeBytes,
      read(offset, lengthBytes) {
        readBytes += lengthBytes;
        return memory.read(offset, lengthBytes);
      },
    };
    const source = await openTensorSource(counting, 'large.pth');
    const atOpen = readBytes;
    expect(await source.read('b')).toEqual(Float32Array.of(0, 1));
    expect(readBytes - atOpen).toBeLessThan(100);
    await source.read('a');
    expect(readBytes).toBeLessThan(bytes.length + 70_000);
  });
});

describe('checkpoints made up', () => {
  it('gather strided and repeated elements', async () => {
    const content = dictionary({
      columns: tensor('0', 6, 1, [2, 2], [1, 2]),
      repeated: tensor('0', 6, 5, [3], [0]),
    });
    const source = await open(checkpoint(content, { 0: 6 }));
    expect(await source.read('columns')).toEqual(Float32Array.of(1, 3, 2, 4));
    expect(await source.read('repeated')).toEqual(Float32Array.of(5, 5, 5));
  });

  it('read tensors as PyTorch described them before 0.4', async () => {
    const content = dictionary({
      a: tensor('0', 4, 1, [3], [1]).replace('_rebuild_tensor_v2', '_rebuild_tensor'),
    });
    expect(await (await open(checkpoint(content, { 0: 4 }))).read('a')).toEqual(Float32Array.of(1, 2, 3));
  });

  it.each<[string, string, ErrorCode, string]>([
    ['an extent outside of the storage', tensor('0', 4, 1, [4], [1]), 'checkpoint/bad-storage', 'needs 5'],
    [
      'a stride outside of the storage',
      tensor('0', 4, 0, [2, 2], [3, 1]),
      'checkpoint/bad-storage',
      'needs 5',
    ],
    [
      'a storage larger than its record',
      tensor('0', 5, 0, [4], [1]),
      'checkpoint/bad-storage',
      '16 of its 20',
    ],
    ['a storage without a record', tensor('7', 4, 0, [4], [1]), 'checkpoint/bad-storage', 'missing'],
    ['a negative stride', tensor('0', 4, 3, [4], [-1]), 'pickle/damaged', 'strides'],
    ['a stride too few', tensor('0', 4, 0, [2, 2], [2]), 'pickle/damaged', 'strides'],
    [
      'elements repeated without measure',
      tensor('0', 4, 0, [30_000, 30_000], [0, 0]),
      'checkpoint/damaged',
      '30000',
    ],
    [
      'complex numbers',
      tensor('0', 2, 0, [2], [1], 'ComplexFloatStorage'),
      'checkpoint/unsupported-dtype',
      'Complex',
    ],
    [
      'values of the other sign than those stored',
      tensor('0', 4, 0, [4], [1]).replace(/NtR$/, `N${dictionary({ neg: '\x88' })}tR`),
      'checkpoint/unsupported-dtype',
      'negated',
    ],
  ])('refuse %s', async (_, value, code, message) => {
    await expect(open(checkpoint(dictionary({ a: value }), { 0: 4 }))).rejects.toThrow(
      withCode(code, message),
    );
  });

  it.each<[string, string, ErrorCode]>([
    ['a value that holds itself', ']q\x00h\x00a', 'checkpoint/damaged'],
    [
      'lists of lists of lists',
      `]q\0${Array.from({ length: 30 }, (_, i) => `](h${String.fromCharCode(i)}h${String.fromCharCode(i)}eq${String.fromCharCode(i + 1)}`).join('')}`,
      'checkpoint/damaged',
    ],
    [
      'two values of one name',
      `}(${text('a.b')}${int(1)}${text('a')}${dictionary({ b: int(2) })}u`,
      'checkpoint/damaged',
    ],
    ['a dictionary by tuples', `})${int(1)}s`, 'checkpoint/damaged'],
    [
      'one storage of two types',
      tuple(tensor('0', 4, 0, [4], [1]), tensor('0', 4, 0, [4], [1], 'IntStorage')),
      'pickle/damaged',
    ],
  ])('refuse %s', async (_, content, code) => {
    await expect(open(checkpoint(content, { 0: 4 }))).rejects.toThrow(withCode(code));
  });

  it('notice a changed value, in a whole storage and in a part of one', async () => {
    const content = dictionary({ whole: tensor('0', 4, 0, [4], [1]), part: tensor('1', 8, 2, [3], [1]) });
    const good = checkpoint(content, { 0: 4, 1: 8 });
    const source = await open(good);
    expect(await source.read('part')).toEqual(Float32Array.of(2, 3, 4));
    for (const [name, offset] of [
      ['whole', 15],
      ['part', 3],
    ] as const) {
      const bytes = good.slice();
      const record = `archive/data/${name === 'whole' ? 0 : 1}`;
      const at = String.fromCharCode(...bytes).indexOf(record) + record.length + offset;
      bytes[at] = (bytes[at] as number) ^ 1;
      await expect((await open(bytes)).read(name)).rejects.toThrow(withCode('zip/damaged', 'checksum'));
    }
  });
});

describe('files with wrong bytes', () => {
  for (const file of [
    'state_dict_zip.pth',
    'state_dict_legacy.pth',
    'checkpoint_with_optimizer.pth',
    'state_dict.safetensors',
  ]) {
    it(`end with values or a code of ours: ${file}`, async () => {
      const good = golden(file);
      const random = createRandom(7, file);
      for (let at = 0; at < good.length; at += 1 + random.integer(6)) {
        const bytes = good.slice();
        bytes[at] = random.integer(256);
        try {
          const source = await open(bytes);
          for (const { name, shape } of source.tensors.values()) {
            const values = await source.read(name);
            expect(values.length).toBe(shape.reduce((product, size) => product * size, 1));
          }
        } catch (error) {
          if (!(error instanceof WorkbenchError) || error.code === 'internal/invariant') throw error;
        }
      }
    });
  }
});
