/** Words of byte arrays: the same memory, whole words only, and none where they would not fit. */
import { describe, expect, it } from 'vitest';
import { wordsOf } from './words.ts';

describe('words of bytes', () => {
  it('sees the same memory, without the bytes of a last part word', () => {
    const bytes = Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0, 9);
    expect([...wordsOf(bytes)]).toEqual([1, 2]);
    expect([...wordsOf(bytes.subarray(4))]).toEqual([2]);
    expect([...wordsOf(new Int8Array(bytes.buffer, 0, 4))]).toEqual([1]);
  });

  it('is empty for bytes that begin elsewhere and for wider elements', () => {
    const bytes = new Uint8Array(32);
    expect(wordsOf(bytes.subarray(1)).length).toBe(0);
    expect(wordsOf(new Uint16Array(bytes.buffer)).length).toBe(0);
  });
});
