import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../errors.ts';
import { writeNpy, type WritableArray } from '../formats/npy-write.ts';
import { writeNpz } from '../formats/npz.ts';
import { readSample } from './read-sample.ts';

const IMAGE: WritableArray = { shape: [2, 3], values: Uint8Array.of(10, 20, 30, 40, 50, 250) };
const MASK: WritableArray = { shape: [2, 3], values: Int8Array.of(0, -1, -2, -2, 0, 0) };

function sampleOf(arrays: Readonly<Record<string, WritableArray>>) {
  return readSample(writeNpz({ slo_fundus: IMAGE, disc_cup_mask: MASK, ...arrays }));
}

const scalar = (values: WritableArray['values']): WritableArray => ({ shape: [], values });
const number = (value: number) => scalar(Float64Array.of(value));

/** Matches our error with this code. */
function withCode(code: ErrorCode): Error {
  return expect.objectContaining({ code }) as Error;
}

describe('readSample', () => {
  it('reads pixels, facts and classes', () => {
    const sample = sampleOf({});
    expect(sample).toMatchObject({ height: 2, width: 3, imageDtype: '|u1', maskDtype: '|i1' });
    expect(sample).toMatchObject({ imageMin: 10, imageMax: 250, imageMean: 400 / 6 });
    expect(sample.image).toEqual(IMAGE.values);
    expect(sample.mask).toEqual(Uint8Array.of(0, 1, 2, 2, 0, 0));
    expect(sample.maskCounts).toEqual({ background: 3, rim: 1, cup: 2 });
    expect(sample.codes).toEqual({});
    expect(sample.notes).toEqual([]);
  });

  it('maps every coding of a mask to the same classes', () => {
    for (const values of [
      Int8Array.of(0, -1, -2, -2, 0, 0),
      Uint8Array.of(0, 1, 2, 2, 0, 0),
      Float32Array.of(0, -1, -2, -2, -0, 0),
      BigInt64Array.of(0n, -1n, -2n, -2n, 0n, 0n),
      Float64Array.of(0, 1, 2, 2, 0, 0),
    ]) {
      const sample = sampleOf({ disc_cup_mask: { shape: [2, 3], values } });
      expect(sample.mask).toEqual(Uint8Array.of(0, 1, 2, 2, 0, 0));
      expect(sample.notes).toEqual([]);
    }
  });

  it('says so when a mask is empty or mixes signs', () => {
    const empty = sampleOf({ disc_cup_mask: { shape: [2, 3], values: new Int8Array(6) } });
    expect(empty.notes.join()).toContain('empty');
    const mixed = sampleOf({ disc_cup_mask: { shape: [2, 3], values: Int8Array.of(0, -1, 2, 0, 0, 0) } });
    expect(mixed.mask).toEqual(Uint8Array.of(0, 1, 2, 0, 0, 0));
    expect(mixed.notes.join()).toContain('mixes');
  });

  it('refuses labels that are none, and explains wrapped ones', () => {
    for (const values of [
      Int8Array.of(0, 3, 0, 0, 0, 0),
      Float32Array.of(0, 0.5, 0, 0, 0, 0),
      Float64Array.of(0, NaN, 0, 0, 0, 0),
    ]) {
      expect(() => sampleOf({ disc_cup_mask: { shape: [2, 3], values } })).toThrow(
        withCode('sample/bad-label-value'),
      );
    }
    const wrapped = { shape: [2, 3], values: Uint8Array.of(0, 255, 254, 254, 0, 0) };
    expect(() => sampleOf({ disc_cup_mask: wrapped })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('int8') as string }) as Error,
    );
  });

  it('reads attributes under every spelling', () => {
    const card = sampleOf({
      race: number(2),
      ethnicity: number(1),
      maritalstatus: number(4),
      age: number(61.5),
    });
    expect(card.codes).toEqual({ race: 2, ethnicity: 1, maritalStatus: 4, age: 61.5 });
    const code = sampleOf({ hispanic: number(0), marriagestatus: number(-1), language: number(2) });
    expect(code.codes).toEqual({ ethnicity: 0, maritalStatus: -1, language: 2 });
    expect(code.keys).toEqual({
      image: 'slo_fundus',
      mask: 'disc_cup_mask',
      ethnicity: 'hispanic',
      maritalStatus: 'marriagestatus',
      language: 'language',
    });
  });

  it('accepts numeric strings, one-element arrays, booleans and 64-bit integers', () => {
    const sample = sampleOf({
      race: scalar([' 7 ']),
      gender: { shape: [1], values: Uint8Array.of(1) },
      language: { shape: [1, 1], values: BigInt64Array.of(2n) },
      age: scalar(['21900.0']),
    });
    expect(sample.codes).toEqual({ race: 7, gender: 1, language: 2, age: 21900 });
  });

  it('takes NaN, an empty string and -1 for unknown', () => {
    const sample = sampleOf({
      race: scalar(['']),
      gender: number(NaN),
      age: scalar(['nan']),
      language: number(-1),
    });
    expect(sample.codes).toEqual({ race: -1, gender: -1, age: -1, language: -1 });
  });

  it('refuses codes, texts and shapes that are no attribute', () => {
    for (const arrays of [
      { race: number(5) },
      { gender: number(0.5) },
      { race: scalar(['White']) },
      { age: number(-7) },
      { age: number(Infinity) },
      { age: number(60_000) },
      { gender: { shape: [2], values: Uint8Array.of(0, 1) } },
      { gender: { shape: [0], values: new Uint8Array(0) } },
    ]) {
      expect(() => sampleOf(arrays)).toThrow(withCode('sample/bad-attribute-value'));
    }
  });

  it('keeps single values as extras, lists the rest, and loses no digit', () => {
    const sample = sampleOf({
      pid: scalar(BigInt64Array.of(9007199254740993n)),
      md: number(-1.25),
      datadir: scalar(['data_00001']),
      tds: { shape: [52], values: new Float64Array(52) },
    });
    expect(sample.extras).toEqual({ pid: '9007199254740993', md: -1.25, datadir: 'data_00001' });
    expect(sample.arrays.map(({ key }) => key)).toEqual([
      'slo_fundus',
      'disc_cup_mask',
      'pid',
      'md',
      'datadir',
      'tds',
    ]);
    expect(sample.arrays.at(-1)).toEqual({ key: 'tds', dtype: '<f8', shape: [52] });
  });

  it('notes a broken extra and reads on', () => {
    const bytes = zipSync({
      'slo_fundus.npy': writeNpy(IMAGE),
      'disc_cup_mask.npy': writeNpy(MASK),
      'extra.npy': Uint8Array.of(1, 2, 3),
    });
    const sample = readSample(bytes);
    expect(sample.maskCounts.cup).toBe(2);
    expect(sample.notes).toHaveLength(1);
    expect(sample.notes[0]).toContain('extra');
  });

  it('reads the first spelling where a file has several, and says so', () => {
    const other: WritableArray = { shape: [2, 3], values: new Int8Array(6) };
    const sample = sampleOf({ disc_cup: other });
    expect(sample.keys.mask).toBe('disc_cup_mask');
    expect(sample.maskCounts.cup).toBe(2);
    expect(sample.notes.join()).toContain('disc_cup');
  });

  it('refuses images that cannot be used, each with its code', () => {
    const image = (shape: readonly number[], values: WritableArray['values']) =>
      sampleOf({ slo_fundus: { shape, values } });
    expect(() => image([2, 3], Float32Array.of(1, 2, NaN, 4, 5, 6))).toThrow(
      withCode('sample/non-finite-image'),
    );
    expect(() => image([2, 3], Float64Array.of(1, 2, -Infinity, 4, 5, 6))).toThrow(
      withCode('sample/non-finite-image'),
    );
    expect(() => image([6], new Uint8Array(6))).toThrow(withCode('sample/image-not-2d'));
    expect(() => image([2, 1, 3], new Uint8Array(6))).toThrow(withCode('sample/image-not-2d'));
    expect(() => image([0, 3], new Uint8Array(0))).toThrow(withCode('sample/empty-image'));
    expect(() => image([3, 2], new Uint8Array(6))).toThrow(withCode('sample/image-label-mismatch'));
    expect(() => readSample(writeNpz({ slo_fundus: IMAGE }))).toThrow(withCode('sample/missing-key'));
    expect(() => readSample(writeNpz({ disc_cup: MASK }))).toThrow(withCode('sample/missing-key'));
  });
});
