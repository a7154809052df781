import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, WorkbenchError } from '../errors.ts';
import { createRandom } from '../random.ts';
import { openZip } from './zip.ts';

const text = new TextEncoder().encode('disc and cup '.repeat(50));
const noise = Uint8Array.from({ length: 300 }, (_, i) => (i * 97) ^ (i >> 1));

function archive(): Uint8Array<ArrayBuffer> {
  return zipSync({
    'a.txt': [text, { level: 6 }],
    'folder/b.bin': [noise, { level: 0 }],
    empty: new Uint8Array(0),
  });
}

/** Matches our error with this code. */
function withCode(code: ErrorCode): Error {
  return expect.objectContaining({ code }) as Error;
}

/** Offset of the entry's record in the list of contents. */
function directoryEntry(bytes: Uint8Array<ArrayBuffer>, index: number): { view: DataView; offset: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let offset = view.getUint32(bytes.length - 6, true);
  for (let i = 0; i < index; i++) {
    offset += 46 + view.getUint16(offset + 28, true) + view.getUint16(offset + 30, true);
  }
  return { view, offset };
}

describe('openZip', () => {
  it('lists and reads stored, deflated and empty entries', () => {
    const zip = openZip(archive());
    expect(zip.names).toEqual(['a.txt', 'folder/b.bin', 'empty']);
    expect(zip.sizeBytes('a.txt')).toBe(text.length);
    expect(zip.sizeBytes('other')).toBeUndefined();
    expect(zip.read('a.txt')).toEqual(text);
    expect(zip.read('folder/b.bin')).toEqual(noise);
    expect(zip.read('empty')).toEqual(new Uint8Array(0));
  });

  it('reads an archive that is a view into a larger buffer', () => {
    const inner = archive();
    const outer = new Uint8Array(inner.length + 20).fill(255);
    outer.set(inner, 13);
    expect(openZip(outer.subarray(13, 13 + inner.length)).read('a.txt')).toEqual(text);
  });

  it('reads the start of an entry', () => {
    const zip = openZip(archive());
    expect(zip.readStart('a.txt', 10)).toEqual(text.subarray(0, 10));
    expect(zip.readStart('folder/b.bin', 10)).toEqual(noise.subarray(0, 10));
    expect(zip.readStart('a.txt', 1e6)).toEqual(text);
  });

  it('finds the list of contents before a comment, even one that looks like an end record', () => {
    const plain = archive();
    const comment = new Uint8Array(60);
    comment.set([0x50, 0x4b, 0x05, 0x06], 5);
    const bytes = new Uint8Array(plain.length + comment.length);
    bytes.set(plain);
    bytes.set(comment, plain.length);
    bytes[plain.length - 2] = comment.length;
    expect(openZip(bytes).read('a.txt')).toEqual(text);
  });

  it('refuses an archive cut short anywhere', () => {
    const bytes = archive();
    for (let length = 0; length < bytes.length; length++) {
      expect(() => openZip(bytes.slice(0, length))).toThrow(withCode('zip/damaged'));
    }
  });

  it('refuses encrypted entries and other methods by entry, and reads the rest', () => {
    for (const [field, value] of [
      [8, 1],
      [10, 12],
    ] as const) {
      const bytes = archive();
      const { view, offset } = directoryEntry(bytes, 0);
      view.setUint16(offset + field, value, true);
      const zip = openZip(bytes);
      expect(() => zip.read('a.txt')).toThrow(withCode('zip/unsupported'));
      expect(zip.read('folder/b.bin')).toEqual(noise);
    }
  });

  it('refuses sizes and offsets that lie', () => {
    for (const [entry, field, value] of [
      [0, 24, text.length + 1],
      [0, 24, text.length - 1],
      [0, 20, 3],
      [0, 20, 0xfffffff0],
      [0, 42, 0xfffffff0],
      [0, 42, 1],
      [1, 24, noise.length - 1],
      [1, 20, noise.length - 1],
    ] as const) {
      const bytes = archive();
      const { view, offset } = directoryEntry(bytes, entry);
      view.setUint32(offset + field, value, true);
      const zip = openZip(bytes);
      expect(() => zip.read(entry === 0 ? 'a.txt' : 'folder/b.bin')).toThrow(withCode('zip/damaged'));
    }
  });

  it('refuses an entry whose bytes have changed', () => {
    const bytes = archive();
    const start = Buffer.from(bytes).indexOf(noise.subarray(0, 16));
    bytes[start + 100] = (bytes[start + 100] as number) ^ 1;
    const zip = openZip(bytes);
    expect(() => zip.read('folder/b.bin')).toThrow(withCode('zip/damaged'));
    expect(zip.read('a.txt')).toEqual(text);
  });

  it('refuses an entry above the limit before inflating it, and a total above the limit', () => {
    const limits = { entryBytes: 400, totalBytes: 500 };
    expect(() => openZip(archive(), limits).read('a.txt')).toThrow(withCode('zip/entry-too-large'));
    const zip = openZip(archive(), limits);
    zip.read('folder/b.bin');
    expect(() => zip.read('folder/b.bin')).toThrow(withCode('zip/entry-too-large'));

    const bytes = archive();
    const { view, offset } = directoryEntry(bytes, 0);
    view.setUint32(offset + 24, 2 ** 30, true);
    expect(() => openZip(bytes).read('a.txt')).toThrow(withCode('zip/entry-too-large'));
  });

  it('takes the last of two entries with one name, as Python does', () => {
    const bytes = zipSync({ one: [text, { level: 0 }], two: [noise, { level: 0 }] });
    const { offset } = directoryEntry(bytes, 1);
    bytes.set(new TextEncoder().encode('one'), offset + 46);
    const zip = openZip(bytes);
    expect(zip.names).toEqual(['one']);
    expect(zip.read('one')).toEqual(noise);
  });

  it('ends with bytes or a code of ours, whatever byte is wrong', () => {
    const random = createRandom(5);
    const original = archive();
    for (let trial = 0; trial < 2000; trial++) {
      const bytes = Uint8Array.from(original);
      bytes[random.integer(bytes.length)] = random.integer(256);
      let code = 'zip/read';
      try {
        const zip = openZip(bytes);
        for (const name of zip.names) zip.read(name);
      } catch (error) {
        code = error instanceof WorkbenchError ? error.code : String(error);
      }
      expect(code).toMatch(/^zip\//);
    }
  });
});
