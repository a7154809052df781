import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { readPng } from './png.ts';

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly type: number;
  readonly channels: number;
  readonly samples: readonly number[];
  readonly palette?: readonly number[];
  /** Filter of a row; 0 to 4. */
  readonly filter?: (row: number) => number;
  readonly interlace?: number;
}

function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length, 0);
  ends.writeUInt32BE(checksum(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

// Our own crc32 is what is under test here too, so the bits are done by the definition.
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function predict(filter: number, left: number, above: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return Math.floor((left + above) / 2);
  const p = left + above - corner;
  const order = [left, above, corner].map((value) => Math.abs(p - value));
  return [left, above, corner][order.indexOf(Math.min(...order))] as number;
}

/** A PNG file written by the specification, for every kind of pixel and filter. */
function writePng(original: Picture): Uint8Array<ArrayBuffer> {
  const { width, height, depth, type, channels, samples, palette, filter = () => 0 } = original;
  const bytesPerRow = Math.ceil((width * channels * depth) / 8);
  const pixelBytes = Math.max(1, (channels * depth) / 8);
  const rows: number[][] = [];
  for (let y = 0; y < height; y++) {
    const bits = samples
      .slice(y * width * channels, (y + 1) * width * channels)
      .map((sample) => sample.toString(2).padStart(depth, '0'))
      .join('')
      .padEnd(bytesPerRow * 8, '0');
    rows.push(Array.from({ length: bytesPerRow }, (_, i) => parseInt(bits.slice(i * 8, i * 8 + 8), 2)));
  }
  const filtered = rows.flatMap((row, y) => [
    filter(y),
    ...row.map((byte, x) => {
      const left = row[x - pixelBytes] ?? 0;
      const above = rows[y - 1]?.[x] ?? 0;
      const corner = x >= pixelBytes ? (rows[y - 1]?.[x - pixelBytes] ?? 0) : 0;
      return (byte - predict(filter(y), left, above, corner)) & 255;
    }),
  ]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, type, 0, 0, original.interlace ?? 0], 8);
  const packed = deflateSync(Uint8Array.from(filtered));
  return new Uint8Array(
    Buffer.concat([
      Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      chunk('IHDR', header),
      ...(palette === undefined ? [] : [chunk('PLTE', Uint8Array.from(palette))]),
      chunk('tEXt', Buffer.from('Comment\0skipped')),
      chunk('IDAT', packed.subarray(0, 5)),
      chunk('IDAT', packed.subarray(5)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

const random = createRandom(9);

function picture(type: number, channels: number, depth: number): Picture {
  const [width, height] = [13, 11];
  const samples = Array.from({ length: width * height * channels }, () => random.integer(2 ** depth));
  const palette = Array.from({ length: 3 * 2 ** Math.min(depth, 8) }, () => random.integer(256));
  return {
    width,
    height,
    depth,
    type,
    channels,
    samples,
    ...(type === 3 ? { palette } : {}),
    filter: (row) => row % 5,
  };
}

/** Matches our error with this code. */
function withCode(code: string): Error {
  return expect.objectContaining({ code }) as Error;
}

const GREY = { width: 2, height: 1, depth: 8, type: 0, channels: 1, samples: [3, 200] };

describe('readPng', () => {
  for (const [type, channels, depths] of [
    [0, 1, [1, 2, 4, 8, 16]],
    [2, 3, [8, 16]],
    [3, 1, [1, 2, 4, 8]],
    [4, 2, [8, 16]],
    [6, 4, [8, 16]],
  ] as const) {
    for (const depth of depths) {
      it(`reads colour type ${type} at ${depth} bits, every filter`, () => {
        const original = picture(type, channels, depth);
        const read = readPng(writePng(original));
        expect([read.width, read.height, read.channels]).toEqual([13, 11, channels]);
        expect([...read.samples]).toEqual(original.samples);
        expect(read.palette === undefined ? undefined : [...read.palette]).toEqual(original.palette);
      });
    }
  }

  it('refuses a file cut short or changed anywhere', () => {
    const bytes = writePng(GREY);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readPng(bytes.slice(0, length))).toThrow(withCode('png/damaged'));
    }
    for (let at = 0; at < bytes.length; at++) {
      const broken = Uint8Array.from(bytes);
      broken[at] = (broken[at] as number) ^ 4;
      expect(() => readPng(broken), `byte ${at}`).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^png\//) as string }) as Error,
      );
    }
  });

  it('refuses more or fewer pixels than the header claims', () => {
    const taller = writePng({ ...GREY, height: 2, samples: [1, 2, 3, 4] });
    const header = writePng(GREY).subarray(8, 33);
    const shorter = Uint8Array.from(writePng(GREY));
    shorter.set(taller.subarray(8, 33), 8);
    taller.set(header, 8);
    expect(() => readPng(taller)).toThrow(withCode('png/damaged'));
    expect(() => readPng(shorter)).toThrow(withCode('png/damaged'));
  });

  it('refuses what it does not read by name', () => {
    expect(() => readPng(writePng({ ...GREY, interlace: 1 }))).toThrow(withCode('png/unsupported'));
    expect(() => readPng(writePng({ ...GREY, type: 5 }))).toThrow(withCode('png/damaged'));
    expect(() => readPng(writePng({ ...GREY, type: 3 }))).toThrow(withCode('png/damaged'));
    expect(() => readPng(writePng({ ...GREY, type: 3, palette: [1, 2, 3] }))).toThrow(
      withCode('png/damaged'),
    );
    const huge = writePng(GREY);
    const header = Buffer.from(huge.buffer, 8, 25);
    header.writeUInt32BE(100_000, 8);
    header.writeUInt32BE(100_000, 12);
    header.writeUInt32BE(checksum(header.subarray(4, 21)), 21);
    expect(() => readPng(huge)).toThrow(withCode('png/unsupported'));
  });
});
