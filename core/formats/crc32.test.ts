import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { crc32 } from './crc32.ts';

/** The definition: one bit at a time. */
function crc32ByBits(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('crc32', () => {
  it('gives the check value of the standard and 0 for nothing', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  it('agrees with the definition for every length and offset around a step', () => {
    const random = createRandom(2);
    const bytes = Uint8Array.from({ length: 100 }, () => random.integer(256));
    for (let start = 0; start < 9; start++) {
      for (let end = start; end <= 60; end++) {
        expect(crc32(bytes.subarray(start, end))).toBe(crc32ByBits(bytes.subarray(start, end)));
      }
    }
  });

  it('goes on from the checksum of what came before', () => {
    const bytes = Uint8Array.from({ length: 50 }, (_, i) => i * 7);
    for (const cut of [0, 1, 16, 33, 50]) {
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(crc32(bytes));
    }
  });
});
