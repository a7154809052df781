/** Mapping images into foreign networks and their outputs back, against plain arithmetic. */
import { describe, expect, it } from 'vitest';
import { checkMapping, mapInput, mapOutput, type NetworkMapping, plainMapping } from './mapping.ts';

const NORMALISED: NetworkMapping = {
  axes: 'channels-first',
  mean: [0.5, 0.25, 0],
  deviation: [0.5, 0.25, 2],
  classOrder: [2, 0, 1],
};

describe('mapping an input', () => {
  it('leaves a plain one as it is', () => {
    const images = Float32Array.of(0.1, 0.2, 0.3, 0.4);
    expect(mapInput(images, 2, 2, plainMapping(1, 'channels-first'))).toBe(images);
  });

  it('repeats the grey channel and fills the batch up', () => {
    const images = Float32Array.of(1, 2);
    expect([...mapInput(images, 2, 2, plainMapping(3, 'channels-first'))]).toEqual([
      1, 2, 1, 2, 1, 2, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it('normalises each channel by its own numbers, in either order of axes', () => {
    const images = Float32Array.of(0, 1);
    expect([...mapInput(images, 2, 1, NORMALISED)]).toEqual([-1, 1, -1, 3, 0, 0.5]);
    expect([...mapInput(images, 2, 1, { ...NORMALISED, axes: 'channels-last' })]).toEqual([
      -1, -1, 0, 1, 3, 0.5,
    ]);
  });
});

describe('mapping an output', () => {
  it('leaves ours as it is', () => {
    const data = Float32Array.of(1, 2, 3);
    expect(mapOutput(data, 3, 1, false, [0, 1, 2])).toBe(data);
    expect(mapOutput(data, 3, 1, false, undefined)).toBe(data);
  });

  it('puts classes in our order and channels first, image by image', () => {
    // Two images of two cells; channel c of image i at cell k is 100 i + 10 c + k.
    const first = Float32Array.of(0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121);
    const last = Float32Array.of(0, 10, 20, 1, 11, 21, 100, 110, 120, 101, 111, 121);
    const ordered = [20, 21, 0, 1, 10, 11, 120, 121, 100, 101, 110, 111];
    expect([...mapOutput(first, 3, 2, false, [2, 0, 1])]).toEqual(ordered);
    expect([...mapOutput(last, 3, 2, true, [2, 0, 1])]).toEqual(ordered);
    expect([...mapOutput(last, 3, 2, true, undefined)]).toEqual([...first]);
  });
});

describe('checking a mapping', () => {
  it('takes one that fits', () => {
    expect(() => checkMapping(NORMALISED, 3)).not.toThrow();
  });

  it.each<[string, Partial<NetworkMapping>, string]>([
    ['too few means', { mean: [0] }, 'as many means'],
    ['no number', { mean: [0, Number.NaN, 0] }, 'must be numbers'],
    ['a deviation of zero', { deviation: [1, 0, 1] }, 'above 0'],
    ['one channel for two classes', { classOrder: [0, 1, 1] }, 'different output channels'],
    ['a channel that is not there', { classOrder: [0, 1, 3] }, 'different output channels'],
  ])('refuses %s', (_, part, words) => {
    const check = () => checkMapping({ ...NORMALISED, ...part }, 3);
    expect(check).toThrow(expect.objectContaining({ code: 'onnx/unsupported-interface' }));
    expect(check).toThrow(words);
  });
});
