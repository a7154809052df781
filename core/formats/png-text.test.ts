import { Buffer } from 'node:buffer';
import { crc32 as zlibCrc32, deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readPng } from './png.ts';
import { withPngText } from './png-text.ts';

/** A 2 x 1 grey image, written by the specification. */
function greyPng(): Uint8Array<ArrayBuffer> {
  const chunk = (type: string, content: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(content.length, 0);
    ends.writeUInt32BE(zlibCrc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', Buffer.from([0, 0, 0, 2, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
      chunk('IDAT', deflateSync(Buffer.from([0, 7, 200]))),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

/** Every chunk's type and content, in the order of the file. */
function chunksOf(png: Uint8Array): { type: string; content: Buffer }[] {
  const bytes = Buffer.from(png);
  const chunks: { type: string; content: Buffer }[] = [];
  for (let offset = 8; offset < bytes.length;) {
    const length = bytes.readUInt32BE(offset);
    const body = bytes.subarray(offset + 4, offset + 8 + length);
    expect(bytes.readUInt32BE(offset + 8 + length)).toBe(zlibCrc32(body));
    chunks.push({ type: body.toString('latin1', 0, 4), content: body.subarray(4) });
    offset += length + 12;
  }
  return chunks;
}

it('puts texts behind the header and leaves the image as it was', () => {
  const png = greyPng();
  const out = withPngText(png, { Title: 'Dice by race', Comment: 'software: x\nK = 5, σ ≤ 1' });
  const chunks = chunksOf(out);
  expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'iTXt', 'iTXt', 'IDAT', 'IEND']);
  expect(chunks[1]?.content.toString()).toBe('Title\0\0\0\0\0Dice by race');
  expect(chunks[2]?.content.toString()).toBe('Comment\0\0\0\0\0software: x\nK = 5, σ ≤ 1');
  expect(readPng(out)).toEqual(readPng(png));
});

it('refuses what is not a PNG image', () => {
  expect(() => withPngText(new Uint8Array(100), {})).toThrow('not a whole PNG image');
  expect(() => withPngText(greyPng().slice(0, 20), {})).toThrow('not a whole PNG image');
});
