/** Scratch memory: pieces never overlap, and it is given out again only after a reset. */
import { describe, expect, it } from 'vitest';
import { createScratch } from './scratch.ts';

describe('scratch', () => {
  it('gives out pieces of the size asked for that do not overlap', () => {
    const { allocate, reset } = createScratch();
    for (let file = 0; file < 3; file++) {
      reset();
      const pieces = [5, 16, 0, 1000].map((size) => allocate(size));
      pieces.forEach((piece, index) => piece.fill(index + 1));
      expect(pieces.map((piece) => piece.length)).toEqual([5, 16, 0, 1000]);
      pieces.forEach((piece, index) => expect(piece.every((value) => value === index + 1)).toBe(true));
      expect(pieces.map((piece) => piece.byteOffset % 16)).toEqual([0, 0, 0, 0]);
    }
  });

  it('gives out the same memory after a reset, grown to what was needed', () => {
    const { allocate, reset } = createScratch();
    allocate(100);
    reset();
    const first = allocate(100);
    reset();
    expect(allocate(60).buffer).toBe(first.buffer);
    expect(allocate(60).buffer).not.toBe(first.buffer);
  });

  it('keeps no more than its limit', () => {
    const { allocate, reset } = createScratch();
    allocate(9 * 1024 * 1024);
    reset();
    const first = allocate(9 * 1024 * 1024);
    reset();
    expect(allocate(9 * 1024 * 1024).buffer).not.toBe(first.buffer);
  });
});
