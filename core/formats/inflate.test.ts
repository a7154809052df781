import { constants, deflateRawSync, inflateRawSync, type ZlibOptions } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../errors.ts';
import { createRandom } from '../random.ts';
import { inflate } from './inflate.ts';

const random = createRandom(1, 'inflate');

function bytesOf(length: number, next: (i: number) => number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => next(i));
}

const words = ['rim', 'cup', 'disc', 'background', ' ', 'a', 'fundus\n'];
const CONTENTS: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(200),
  zeros: new Uint8Array(400_000),
  'uniform noise': bytesOf(70_000, () => random.integer(256)),
  'an image with noise': bytesOf(120_000, (i) => 100 + 40 * Math.sin(i / 300) + 9 * random.normal()),
  text: new TextEncoder().encode(
    Array.from({ length: 30_000 }, () => words[random.integer(words.length)]).join(''),
  ),
  // Shares of 2^-k give the longest codes there are, and so subtables.
  'very uneven symbols': bytesOf(300_000, () => Math.min(255, Math.floor(-Math.log2(1 - random.uniform())))),
  'distant repeats': bytesOf(100_000, (i) => (i % 32_000 < 300 ? i % 251 : random.integer(3))),
  'short periods': bytesOf(50_000, (i) => [1, 2, 3, 1, 7][i % (2 + (Math.floor(i / 5000) % 4))] ?? 0),
};

const SETTINGS: Readonly<Record<string, ZlibOptions>> = {
  stored: { level: 0 },
  fast: { level: 1 },
  default: { level: 6 },
  best: { level: 9, memLevel: 1 },
  'fixed codes': { strategy: constants.Z_FIXED },
  'codes only': { strategy: constants.Z_HUFFMAN_ONLY },
  'runs only': { strategy: constants.Z_RLE },
};

/** The stream somewhere inside a larger buffer, as in a zip file. */
function inflateInside(packed: Uint8Array, sizeBytes: number, behind: number, isWhole = true) {
  const buffer = new Uint8Array(7 + packed.length + behind).fill(0xaa);
  buffer.set(packed, 7);
  return inflate(buffer, 7, 7 + packed.length, sizeBytes, isWhole);
}

/** What reading yields: bytes, or the code of the error. Anything but our error is thrown. */
function outcome(packed: Uint8Array, sizeBytes: number): Uint8Array | string {
  try {
    return inflateInside(packed, sizeBytes, 64);
  } catch (error) {
    if (error instanceof WorkbenchError) return error.code;
    throw error;
  }
}

describe('inflate', () => {
  for (const [setting, options] of Object.entries(SETTINGS)) {
    for (const [name, content] of Object.entries(CONTENTS)) {
      it(`agrees with zlib on ${name}, ${setting}`, () => {
        const packed = deflateRawSync(content, options);
        expect(Buffer.compare(inflateInside(packed, content.length, 64), content)).toBe(0);
        expect(Buffer.compare(inflateInside(packed, content.length, 0), content)).toBe(0);
      });
    }
  }

  it('stops after a prefix of any length', () => {
    const content = CONTENTS['text'] ?? new Uint8Array(0);
    for (const options of Object.values(SETTINGS)) {
      const packed = deflateRawSync(content, options);
      for (const length of [0, 1, 2, 257, 1000, content.length - 1]) {
        const prefix = inflateInside(packed, length, 0, false);
        expect(Buffer.compare(prefix, content.subarray(0, length))).toBe(0);
      }
    }
  });

  it('refuses a stream that holds more or less than was said, or is followed by something', () => {
    for (const content of Object.values(CONTENTS).filter(({ length }) => length > 1)) {
      for (const options of Object.values(SETTINGS)) {
        const packed = deflateRawSync(content, options);
        expect(outcome(packed, content.length - 1)).toBe('zip/damaged');
        expect(outcome(packed, content.length + 1)).toBe('zip/damaged');
        expect(outcome(Buffer.concat([packed, Buffer.of(0)]), content.length)).toBe('zip/damaged');
      }
    }
  });

  it('refuses a stream cut short anywhere', () => {
    const content = bytesOf(3000, (i) => (i % 50) + random.integer(4));
    for (const options of Object.values(SETTINGS)) {
      const packed = deflateRawSync(content, options);
      for (let length = 0; length < packed.length; length += 1 + random.integer(9)) {
        expect(outcome(packed.subarray(0, length), content.length)).toBe('zip/damaged');
      }
    }
  });

  it('refuses, or agrees with zlib, whatever bits are wrong', () => {
    const content = bytesOf(2000, (i) => (i % 40) + random.integer(6));
    let refused = 0;
    const expected: [Uint8Array | string, Uint8Array][] = [];
    for (const options of Object.values(SETTINGS)) {
      const packed = deflateRawSync(content, options);
      for (let trial = 0; trial < 300; trial++) {
        const broken = Uint8Array.from(packed);
        const at = random.integer(trial % 2 === 0 ? Math.min(80, packed.length) : packed.length);
        broken[at] = (broken[at] as number) ^ (1 << random.integer(8));
        const result = outcome(broken, content.length);
        if (result === 'zip/damaged') refused++;
        else expected.push([result, inflateRawSync(broken)]);
      }
    }
    for (const [actual, zlib] of expected) expect(Buffer.compare(Buffer.from(actual), zlib)).toBe(0);
    expect(refused).toBeGreaterThan(300);
  });

  it('refuses random bytes without a fault of its own', () => {
    for (let trial = 0; trial < 3000; trial++) {
      const result = outcome(
        bytesOf(1 + random.integer(200), () => random.integer(256)),
        5000,
      );
      expect(result).toBe('zip/damaged');
    }
  });
});

it('is not confused by what an earlier stream left in the tables', () => {
  const dynamic = deflateRawSync(CONTENTS['an image with noise'] ?? '');
  const fixed = deflateRawSync('abcabcabc', { strategy: constants.Z_FIXED });
  inflateInside(dynamic, 120_000, 0);
  expect(Buffer.from(inflateInside(fixed, 9, 0)).toString()).toBe('abcabcabc');
});
