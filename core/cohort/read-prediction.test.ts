import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../errors.ts';
import { crc32 } from '../formats/crc32.ts';
import { writeNpy, type WritableArray } from '../formats/npy-write.ts';
import { writeNpz } from '../formats/npz.ts';
import { readPredictionMask } from './read-prediction.ts';

const CLASSES = Uint8Array.of(0, 1, 2, 2, 0, 0);
const PRED: WritableArray = { shape: [2, 3], values: CLASSES };

function png(type: number, channels: number, samples: readonly number[], palette?: readonly number[]) {
  const [height, width] = [2, 3];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, type], 8);
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...samples.slice(y * width * channels, (y + 1) * width * channels),
  ]);
  const chunk = (name: string, content: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(content.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  return new Uint8Array(
    Buffer.concat([
      Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      chunk('IHDR', header),
      ...(palette === undefined ? [] : [chunk('PLTE', Uint8Array.from(palette))]),
      chunk('IDAT', deflateSync(Uint8Array.from(rows.flat()))),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

/** Matches our error with this code. */
function withCode(code: ErrorCode): Error {
  return expect.objectContaining({ code }) as Error;
}

describe('readPredictionMask', () => {
  it('finds the prediction in an .npz by name, else as the only 2-D array of integers', () => {
    const named = readPredictionMask(
      writeNpz({ mask: { shape: [1], values: new Uint8Array(1) }, pred: PRED }),
      'a.npz',
    );
    expect(named).toMatchObject({
      height: 2,
      width: 3,
      mask: CLASSES,
      notes: ['The array "pred" was read.'],
    });
    const only = writeNpz({ result: PRED, logits: { shape: [2, 3], values: new Float32Array(6) } });
    expect(readPredictionMask(only, 'x/b.NPZ').mask).toEqual(CLASSES);
    expect(() => readPredictionMask(writeNpz({ x: PRED, y: PRED }), 'c.npz')).toThrow(
      withCode('sample/missing-key'),
    );
    expect(() =>
      readPredictionMask(writeNpz({ age: { shape: [], values: CLASSES.slice(0, 1) } }), 'd.npz'),
    ).toThrow(withCode('sample/missing-key'));
  });

  it('refuses a sample, whose mask is the truth, unless an array beside it says that it was predicted', () => {
    for (const image of ['fundus_slo', 'slo_fundus']) {
      for (const mask of ['disc_cup', 'disc_cup_mask', 'disc_cup_borders', 'mask', 'unheard_of']) {
        const sample = writeNpz({ [image]: PRED, [mask]: PRED });
        expect(() => readPredictionMask(sample, 'a.npz')).toThrow(withCode('sample/missing-key'));
        expect(() => readPredictionMask(sample, 'a.npz')).toThrow(image);
      }
    }
    const both = writeNpz({ fundus_slo: PRED, disc_cup: PRED, pred: PRED });
    expect(readPredictionMask(both, 'a.npz').notes).toEqual(['The array "pred" was read.']);
    expect(readPredictionMask(writeNpz({ disc_cup: PRED }), 'a.npz').mask).toEqual(CLASSES);
  });

  it('reads .npy, with axes of length 1 in front, as any kind of number', () => {
    const floats = { shape: [1, 1, 2, 3], values: Float32Array.of(0, -1, -2, -2, 0, 0) };
    expect(readPredictionMask(writeNpy(floats), 'a.npy')).toMatchObject({
      height: 2,
      width: 3,
      mask: CLASSES,
    });
    expect(() => readPredictionMask(writeNpy({ shape: [3, 1, 2], values: CLASSES }), 'a.npy')).toThrow(
      withCode('evaluate/prediction-shape'),
    );
    expect(() => readPredictionMask(writeNpy({ shape: [0, 2], values: new Uint8Array(0) }), 'a.npy')).toThrow(
      withCode('evaluate/prediction-shape'),
    );
  });

  it('reads a grey .png in each coding and says which', () => {
    expect(readPredictionMask(png(0, 1, [0, 1, 2, 2, 0, 0]), 'a.png')).toMatchObject({
      mask: CLASSES,
      notes: [],
    });
    for (const middle of [127, 128]) {
      const read = readPredictionMask(png(0, 1, [0, middle, 255, 255, 0, 0]), 'a.png');
      expect(read.mask).toEqual(CLASSES);
      expect(read.notes.join()).toContain(`0, ${middle} and 255`);
    }
    expect(readPredictionMask(png(0, 1, [0, 128, 0, 0, 0, 0]), 'a.png').mask).toEqual(
      Uint8Array.of(0, 1, 0, 0, 0, 0),
    );
    expect(readPredictionMask(png(0, 1, [0, 0, 0, 0, 0, 0]), 'a.png').mask).toEqual(new Uint8Array(6));
  });

  it('reads colours only where they are grey, and transparency only where there is none', () => {
    const grey = [0, 1, 2, 2, 0, 0].flatMap((value) => [value, value, value]);
    expect(readPredictionMask(png(2, 3, grey), 'a.png').mask).toEqual(CLASSES);
    const withAlpha = [0, 1, 2, 2, 0, 0].flatMap((value) => [value, value, value, 255]);
    expect(readPredictionMask(png(6, 4, withAlpha), 'a.png').mask).toEqual(CLASSES);
    expect(() => readPredictionMask(png(2, 3, [1, 0, 0, ...grey.slice(3)]), 'a.png')).toThrow(
      withCode('evaluate/prediction-values'),
    );
    expect(() =>
      readPredictionMask(
        png(
          6,
          4,
          withAlpha.map((v) => (v === 255 ? 9 : v)),
        ),
        'a.png',
      ),
    ).toThrow(withCode('evaluate/prediction-values'));
  });

  it('reads a palette by grey values where it is grey, else by indices', () => {
    const reordered = readPredictionMask(
      png(3, 1, [1, 2, 0, 0, 1, 1], [255, 255, 255, 0, 0, 0, 128, 128, 128]),
      'a.png',
    );
    expect(reordered.mask).toEqual(CLASSES);
    const coloured = readPredictionMask(
      png(3, 1, [0, 1, 2, 2, 0, 0], [0, 0, 0, 0, 255, 0, 255, 0, 0]),
      'a.png',
    );
    expect(coloured.mask).toEqual(CLASSES);
    expect(coloured.notes.join()).toContain('indices');
  });

  it('refuses values it would have to guess', () => {
    for (const values of [
      Uint8Array.of(0, 255, 255, 0, 0, 0),
      Uint8Array.of(0, 1, 3, 0, 0, 0),
      Uint8Array.of(0, 127, 128, 255, 0, 0),
      Float32Array.of(0.2, 0.9, 1, 0, 0, 0),
      Float64Array.of(0, 1, NaN, 0, 0, 0),
      Int8Array.of(0, -1, 2, 0, 0, 0),
    ]) {
      expect(() => readPredictionMask(writeNpy({ shape: [2, 3], values }), 'a.npy')).toThrow(
        withCode('evaluate/prediction-values'),
      );
    }
  });

  it('refuses another ending', () => {
    expect(() => readPredictionMask(new Uint8Array(3), 'a.tif')).toThrow(withCode('file/unreadable'));
  });
});
