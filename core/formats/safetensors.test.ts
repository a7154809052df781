import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../errors.ts';
import { openMemory } from './byte-source.ts';
import { openSafetensors, streamSafetensors, writeSafetensors } from './safetensors.ts';
import type { TensorSource } from './tensor-source.ts';

function withCode(code: ErrorCode, message: string): Error {
  return expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error;
}

/** A file with a header of our choice and so many bytes behind it, counting from 0. */
async function openWith(header: unknown, dataBytes: number): Promise<TensorSource> {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  for (let i = 0; i < dataBytes; i++) bytes[8 + json.length + i] = i;
  return await openSafetensors(openMemory(bytes));
}

function described(dtype: string, shape: readonly unknown[], start: number, end: number): unknown {
  return { dtype, shape, data_offsets: [start, end] };
}

describe('openSafetensors', () => {
  it('reads values that no word boundary aligns, in any order of the header', async () => {
    const source = await openWith({ b: described('I16', [2], 1, 5), a: described('U8', [], 0, 1) }, 5);
    expect([...source.tensors.keys()]).toEqual(['b', 'a']);
    expect(await source.read('a')).toEqual(Float32Array.of(0));
    expect(await source.read('b')).toEqual(Float32Array.of(0x0201, 0x0403));
  });

  it('reads a file without tensors', async () => {
    expect((await openWith({ __metadata__: { format: 'pt' } }, 0)).tensors.size).toBe(0);
  });

  it.each<[string, unknown, number, string]>([
    [
      'a hole between tensors',
      { a: described('U8', [1], 0, 1), b: described('U8', [1], 2, 3) },
      3,
      '"b" follows a hole',
    ],
    ['bytes that belong to no tensor', { a: described('U8', [1], 0, 1) }, 2, 'need 1 bytes and it has 2'],
    [
      'tensors that overlap',
      { a: described('U8', [2], 0, 2), b: described('U8', [2], 1, 3) },
      3,
      '"b" overlaps',
    ],
    ['a size that is no whole number', { a: described('U8', [1.5], 0, 1) }, 1, '"a" lacks'],
    ['a negative size', { a: described('U8', [-1], 0, 1) }, 1, '"a" lacks'],
    ['an end before the start', { a: described('U8', [1], 1, 0) }, 1, '"a" has -1 bytes'],
    ['a tensor that is a list', { a: [] }, 0, '"a" is no description'],
    ['metadata that are no text', { __metadata__: { a: 1 } }, 0, 'metadata "a"'],
    ['a header that is a list', '[]', 0, 'no dictionary'],
  ])('refuses %s', async (_, header, dataBytes, message) => {
    await expect(openWith(header, dataBytes)).rejects.toThrow(withCode('safetensors/damaged', message));
  });

  it('names a dtype that it does not read', async () => {
    const header = { a: described('F8_E4M3', [1], 0, 1) };
    await expect(openWith(header, 1)).rejects.toThrow(withCode('checkpoint/unsupported-dtype', 'F8_E4M3'));
  });
});

it('writes the same file piece by piece as at once', async () => {
  const tensors = new Map([
    ['b', { shape: [2, 1], data: Float32Array.of(1, 2) }],
    ['a', { shape: [], data: Float32Array.of(3) }],
  ]);
  const whole = writeSafetensors(tensors);
  const pieces: number[] = [];
  const write = async (bytes: Uint8Array) => void pieces.push(...bytes);
  await streamSafetensors(await openSafetensors(openMemory(whole)), write);
  expect(Uint8Array.from(pieces)).toEqual(whole);
});
