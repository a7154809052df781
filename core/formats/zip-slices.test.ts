import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../errors.ts';
import { openMemory } from './byte-source.ts';
import { openZipSlices } from './zip-slices.ts';

const TEXT = new TextEncoder().encode('rim and cup '.repeat(1000));
const NOISE = Uint8Array.from({ length: 5000 }, (_, i) => (i * 97) ^ (i >> 3));

function archive(): Uint8Array<ArrayBuffer> {
  return zipSync({ packed: [TEXT, { level: 6 }], stored: [NOISE, { level: 0 }] });
}

function withCode(code: ErrorCode): Error {
  return expect.objectContaining({ code }) as Error;
}

describe('openZipSlices', () => {
  it('reads whole entries and parts of them, stored and deflated', async () => {
    const zip = await openZipSlices(openMemory(archive()));
    expect(zip.sizes).toEqual(
      new Map([
        ['packed', TEXT.length],
        ['stored', NOISE.length],
      ]),
    );
    for (const [name, bytes] of [
      ['packed', TEXT],
      ['stored', NOISE],
    ] as const) {
      expect(await zip.read(name)).toEqual(bytes);
      expect(await zip.readSlice(name, 100, 50)).toEqual(bytes.slice(100, 150));
      expect(await zip.readStart(name, 40)).toEqual(bytes.slice(0, 40));
      expect(await zip.readStart(name, 1e6)).toEqual(bytes);
      await expect(zip.readSlice(name, bytes.length - 1, 2)).rejects.toThrow(withCode('zip/damaged'));
    }
    await expect(zip.read('absent')).rejects.toThrow(withCode('zip/damaged'));
  });

  it('does without a checksum that PyTorch left out', async () => {
    const bytes = archive();
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    view.setUint32(directory + 46 + 'packed'.length + 16, 0, true);
    const zip = await openZipSlices(openMemory(bytes));
    expect(await zip.read('stored')).toEqual(NOISE);
  });

  it('takes no memory for what a deflated entry cannot hold', async () => {
    const bytes = archive();
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    view.setUint32(directory + 24, 0xf000_0000, true);
    const zip = await openZipSlices(openMemory(bytes));
    await expect(zip.read('packed')).rejects.toThrow(withCode('zip/entry-too-large'));
  });
});
