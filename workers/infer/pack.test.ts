/** What is stored is read back, and a crash in the middle of a write loses only that write. */
import { describe, expect, it } from 'vitest';

import { createMemoryFile } from '../data/random-access-file.ts';
import { packMask, unpackMask } from './mask-packing.ts';
import { isIntact, openPack, parsePackIndex } from './pack.ts';

const idOf = (index: number) => index.toString(16).padStart(64, '0');
const payloadOf = (index: number) => Uint8Array.from({ length: 5 + index }, (_, i) => index * 16 + i);

/** Files that survive `close`, as those of a disc do. */
function createFiles() {
  return { index: createMemoryFile(), payload: createMemoryFile() };
}

function readBack(files: ReturnType<typeof createFiles>) {
  const index = new Uint8Array(files.index.getSize());
  files.index.read(index, { at: 0 });
  return parsePackIndex(index, files.payload.getSize()).map((entry) => {
    const payload = new Uint8Array(entry.sizeBytes);
    files.payload.read(payload, { at: entry.offsetBytes });
    return { id: entry.id, payload, meta: entry.meta, intact: isIntact(entry, payload) };
  });
}

function writeThree(files: ReturnType<typeof createFiles>): void {
  const pack = openPack(files);
  for (let i = 0; i < 3; i++) pack.append(idOf(i), payloadOf(i), [i, 7]);
}

describe('a pack', () => {
  it('gives back what was appended, over two openings', () => {
    const files = createFiles();
    writeThree(files);
    const pack = openPack(files);
    expect([...pack.ids]).toEqual([idOf(0), idOf(1), idOf(2)]);
    pack.append(idOf(3), payloadOf(3), []);
    expect(readBack(files)).toEqual(
      [0, 1, 2, 3].map((i) => ({
        id: idOf(i),
        payload: payloadOf(i),
        meta: i < 3 ? [i, 7, 0, 0, 0, 0] : [0, 0, 0, 0, 0, 0],
        intact: true,
      })),
    );
  });

  it.each([
    [
      'an index entry was cut',
      (files: ReturnType<typeof createFiles>) => files.index.truncate(files.index.getSize() - 1),
    ],
    [
      'a payload was cut',
      (files: ReturnType<typeof createFiles>) => files.payload.truncate(files.payload.getSize() - 1),
    ],
    [
      'a payload was not written',
      (files: ReturnType<typeof createFiles>) =>
        files.payload.write(new Uint8Array(7), { at: files.payload.getSize() - 7 }),
    ],
    [
      'an entry was not written',
      (files: ReturnType<typeof createFiles>) =>
        files.index.write(new Uint8Array(72), { at: files.index.getSize() - 72 }),
    ],
  ])('loses only the last value when %s, and goes on', (_, damage) => {
    const files = createFiles();
    writeThree(files);
    damage(files);
    const pack = openPack(files);
    pack.append(idOf(9), payloadOf(4), []);
    const values = readBack(files);
    expect(values.filter(({ intact }) => intact).map(({ id }) => id)).toEqual([idOf(0), idOf(1), idOf(9)]);
    expect(values.at(-1)?.payload).toEqual(payloadOf(4));
  });
});

describe('packed masks', () => {
  it('come back as they were, at every length', () => {
    for (const length of [0, 1, 2, 3, 4, 5, 17]) {
      const mask = Uint8Array.from({ length }, (_, i) => (i * 7) % 3);
      const packed = packMask(mask);
      expect(packed).toHaveLength(Math.ceil(length / 4));
      expect(unpackMask(packed, length)).toEqual(mask);
    }
  });
});
