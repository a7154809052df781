import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../errors.ts';
import { type ByteSource, createByteSource, openBlob, openMemory } from './byte-source.ts';

const BYTES = Uint8Array.from({ length: 100 }, (_, i) => i);

function withCode(code: ErrorCode): Error {
  return expect.objectContaining({ code }) as Error;
}

/** A handle that fills at most seven bytes at a time. */
function slowHandle(claimedBytes: number): ByteSource {
  return createByteSource(claimedBytes, async (buffer, offset) => {
    const part = BYTES.subarray(offset, offset + Math.min(7, buffer.length));
    buffer.set(part);
    return part.length;
  });
}

describe.each<[string, ByteSource]>([
  ['memory', openMemory(BYTES)],
  ['a blob', openBlob(new Blob([BYTES]))],
  ['a handle that fills little at a time', slowHandle(100)],
])('bytes of %s', (_, source) => {
  it('are read from anywhere, in a buffer of their own', async () => {
    expect(source.sizeBytes).toBe(100);
    const bytes = await source.read(10, 50);
    expect(bytes).toEqual(BYTES.slice(10, 60));
    expect(bytes.buffer.byteLength).toBe(50);
    bytes.fill(0);
    expect(await source.read(10, 2)).toEqual(Uint8Array.of(10, 11));
    expect(await source.read(100, 0)).toEqual(new Uint8Array(0));
  });

  it('end where the file ends', async () => {
    await expect(source.read(90, 20)).rejects.toThrow(withCode('file/changed'));
  });
});

describe('createByteSource', () => {
  it('reads a file through a handle of Node, and notices that it became shorter', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'byte-source-'));
    const path = join(folder, 'file');
    await writeFile(path, BYTES);
    const handle = await open(path, 'r+');
    try {
      const source = createByteSource(100, async (buffer, offset) => {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
        return bytesRead;
      });
      expect(await source.read(95, 5)).toEqual(BYTES.slice(95));
      await handle.truncate(97);
      await expect(source.read(95, 5)).rejects.toThrow(withCode('file/changed'));
    } finally {
      await handle.close();
      await rm(folder, { recursive: true });
    }
  });
});
