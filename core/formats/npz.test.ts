import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../errors.ts';
import { createRandom } from '../random.ts';
import { readNpyHeader } from './npy-header.ts';
import { writeNpy, type WritableArray } from './npy-write.ts';
import { readNpy, toNumbers } from './npy.ts';
import { readNpz, writeNpz } from './npz.ts';

/** Matches our error with this code. */
function withCode(code: ErrorCode): Error {
  return expect.objectContaining({ code }) as Error;
}

/** A `.npy` file with a header of our choice. */
function npyWith(header: string, data: ArrayLike<number>, version = 1): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(`${header}\n`);
  const lengthBytes = version === 1 ? 2 : 4;
  const bytes = new Uint8Array(8 + lengthBytes + text.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(text, 8 + lengthBytes);
  bytes.set(Array.from(data), 8 + lengthBytes + text.length);
  return bytes;
}

function npy(descr: string, shape: string, data: ArrayLike<number>, fortran = 'False', version = 1) {
  return npyWith(`{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`, data, version);
}

const ARRAYS: Readonly<Record<string, WritableArray>> = {
  image: { shape: [2, 3], values: Uint8Array.of(0, 1, 2, 253, 254, 255) },
  labels: { shape: [1, 3], values: Int8Array.of(0, -1, -2) },
  u2: { shape: [2], values: Uint16Array.of(0, 65535) },
  i2: { shape: [2], values: Int16Array.of(-32768, 32767) },
  u4: { shape: [1], values: Uint32Array.of(4294967295) },
  i4: { shape: [1, 1, 1], values: Int32Array.of(-2147483648) },
  u8: { shape: [2], values: BigUint64Array.of(0n, 18446744073709551615n) },
  i8: { shape: [], values: BigInt64Array.of(-9223372036854775808n) },
  f4: { shape: [3], values: Float32Array.of(Math.fround(0.1), Infinity, -0) },
  f8: { shape: [], values: Float64Array.of(Math.PI) },
  nothing: { shape: [0, 7], values: new Float64Array(0) },
  name: { shape: [], values: ['data_00001'] },
  names: { shape: [3], values: ['', 'Frechet \u00e9\u{1f441}', 'a'] },
};

describe('npy', () => {
  for (const [name, array] of Object.entries(ARRAYS)) {
    it(`reads what it writes: ${name}`, () => {
      const read = readNpy(writeNpy(array));
      expect(read.shape).toEqual(array.shape);
      expect(read.values).toEqual(array.values);
    });
  }

  it('writes exactly what the format asks for', () => {
    const bytes = writeNpy({ shape: [2], values: Int16Array.of(1, -2) });
    const header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }";
    expect([...bytes.subarray(0, 10)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    expect(new TextDecoder().decode(bytes.subarray(10, 128))).toBe(`${header.padEnd(117)}\n`);
    expect([...bytes.subarray(128)]).toEqual([1, 0, 0xfe, 0xff]);
  });

  it('reads the formats 1, 2 and 3', () => {
    for (const version of [1, 2, 3]) {
      expect(readNpy(npy('|u1', '(2,)', [4, 5], 'False', version)).values).toEqual(Uint8Array.of(4, 5));
    }
    expect(() => readNpy(npy('|u1', '(2,)', [4, 5], 'False', 4))).toThrow(withCode('npy/damaged'));
  });

  it('reads both byte orders, at any alignment', () => {
    expect(readNpy(npy('>i4', '(2,)', [0, 0, 1, 2, 255, 255, 255, 254])).values).toEqual(
      Int32Array.of(258, -2),
    );
    expect(readNpy(npy('<i4', '(2,)', [2, 1, 0, 0, 254, 255, 255, 255])).values).toEqual(
      Int32Array.of(258, -2),
    );
    expect(readNpy(npy('>f8', '()', [0x3f, 0xf8, 0, 0, 0, 0, 0, 0])).values).toEqual(Float64Array.of(1.5));
    expect(readNpy(npy('>U1', '()', [0, 1, 0xf4, 0x41])).values).toEqual(['\u{1f441}']);
  });

  it('brings Fortran order of any rank into row-major order', () => {
    expect(readNpy(npy('|u1', '(2, 3)', [1, 4, 2, 5, 3, 6], 'True')).values).toEqual(
      Uint8Array.of(1, 2, 3, 4, 5, 6),
    );
    // a[i, j, k] = 100 i + 10 j + k, first index fastest.
    const fortran: number[] = [];
    for (let k = 0; k < 4; k++)
      for (let j = 0; j < 3; j++) for (let i = 0; i < 2; i++) fortran.push(100 * i + 10 * j + k);
    const rows = [...toNumbers(readNpy(npy('|u1', '(2, 3, 4)', fortran, 'True')))];
    expect(rows).toEqual(fortran.toSorted((a, b) => a - b));
    expect(readNpy(npy('<u2', '(1, 2)', [1, 2, 3, 4], 'True')).values).toEqual(Uint16Array.of(513, 1027));
  });

  it('decodes every kind of half-precision number exactly', () => {
    const halves = [0x3e00, 0xb400, 0x7bff, 0x0001, 0x8000, 0x7c00, 0xfc00, 0x0400, 0x03ff];
    const expected = [1.5, -0.25, 65504, 2 ** -24, -0, Infinity, -Infinity, 2 ** -14, 1023 * 2 ** -24];
    const bytes = halves.flatMap((half) => [half & 255, half >> 8]);
    expect([...toNumbers(readNpy(npy('<f2', '(9,)', bytes)))]).toEqual(expected);
    expect(toNumbers(readNpy(npy('<f2', '()', [1, 0x7c])))[0]).toBeNaN();
  });

  it('turns 64-bit integers into numbers', () => {
    const values = BigInt64Array.of(-1n, 0n, 4294967296n, -4294967297n, 9007199254740991n, -2n);
    const numbers = toNumbers({ dtype: '<i8', shape: [6], values });
    expect([...numbers]).toEqual([-1, 0, 4294967296, -4294967297, 9007199254740991, -2]);
    const unsigned = BigUint64Array.of(18446744073709551615n, 3n);
    expect([...toNumbers({ dtype: '<u8', shape: [2], values: unsigned })]).toEqual([2 ** 64, 3]);
    expect(() => toNumbers({ dtype: '<U1', shape: [], values: ['7'] })).toThrow(
      withCode('npy/unsupported-dtype'),
    );
  });

  it('refuses headers that are not the plain dictionary of the format', () => {
    for (const header of [
      '',
      '{}',
      "{'descr': '|u1', 'fortran_order': False}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 'x'}",
      "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (1.5,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (0x10,)}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': 1}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} + {}",
      "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '|u1' 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '1u', 'fortran_order': False, 'shape': (1,)}",
    ]) {
      expect(() => readNpyHeader(npyWith(header, [1]))).toThrow(withCode('npy/damaged'));
    }
  });

  it('accepts the spellings other writers use', () => {
    const header = '{"shape":(2L,3),"fortran_order":False,"descr":"|u1"}   ';
    expect(readNpyHeader(npyWith(header, [])).shape).toEqual([2, 3]);
  });

  it('refuses shapes that lie before taking memory', () => {
    for (const shape of [
      '(3,)',
      '(1,)',
      '(9999999999999999,)',
      '(99999999, 99999999)',
      '(4294967296, 4294967296)',
    ]) {
      expect(() => readNpy(npy('|u1', shape, [1, 2]))).toThrow(withCode('npy/damaged'));
    }
    expect(() => readNpy(npy('<U0', '(1000000000,)', []))).toThrow(withCode('npy/damaged'));
    expect(() => readNpy(npy('<U1', '()', [0, 0, 0, 1]))).toThrow(withCode('npy/damaged'));
  });

  it('names dtypes that are not read', () => {
    for (const descr of ['<c8', '<M8', '|V3', '<f12', '<i3']) {
      expect(() => readNpy(npy(descr, '()', [0]))).toThrow(withCode('npy/unsupported-dtype'));
    }
    const records = "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (), }";
    expect(() => readNpy(npyWith(records, [0, 0, 0, 0]))).toThrow(withCode('npy/unsupported-dtype'));
    expect(() => readNpy(npy('|O', '()', [0x80, 4, 0x4b, 2, 0x2e]))).toThrow(withCode('npy/object-array'));
  });
});

describe('npz', () => {
  for (const level of [0, 6] as const) {
    it(`reads what it writes at level ${level}, the same bytes every time`, () => {
      const bytes = writeNpz(ARRAYS, level);
      const npz = readNpz(bytes);
      expect(npz.keys).toEqual(Object.keys(ARRAYS));
      for (const [key, array] of Object.entries(ARRAYS)) {
        expect(npz.header(key).shape).toEqual(array.shape);
        expect(npz.read(key).values).toEqual(array.values);
      }
      expect(writeNpz(ARRAYS, level)).toEqual(bytes);
    });
  }

  it('lets a broken array hurt nothing but itself, and names it', () => {
    const npz = readNpz(
      zipSync({
        'bad.npy': Uint8Array.of(1, 2, 3),
        'good.npy': npy('|u1', '()', [7]),
        'notes.txt': Uint8Array.of(65),
      }),
    );
    expect(npz.keys).toEqual(['bad', 'good']);
    expect(npz.read('good').values).toEqual(Uint8Array.of(7));
    expect(() => npz.read('bad')).toThrow(withCode('npy/damaged'));
    expect(() => npz.read('bad')).toThrow('Array "bad"');
    expect(() => npz.read('absent')).toThrow(withCode('zip/damaged'));
  });

  it('reads the header of an array far larger than the header', () => {
    const random = createRandom(3);
    const values = Float64Array.from({ length: 40_000 }, () => random.normal());
    const npz = readNpz(writeNpz({ features: { shape: [200, 200], values } }));
    expect(npz.header('features')).toMatchObject({ dtype: '<f8', shape: [200, 200], elementCount: 40_000 });
    expect(npz.sizeBytes('features')).toBe(320_128);
    expect(npz.read('features').values).toEqual(values);
  });
});
