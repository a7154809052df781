/** The digest in pieces against the platform's digest of the whole. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { createSha256 } from './sha256.ts';

const expected = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('SHA-256', () => {
  it('agrees with the platform at every length around the block size', () => {
    const random = createRandom(7, 'sha');
    for (let length = 0; length <= 200; length++) {
      const bytes = Uint8Array.from({ length }, () => Math.floor(256 * random.uniform()));
      const sha = createSha256();
      sha.update(bytes);
      expect(sha.digest()).toBe(expected(bytes));
    }
  });

  it('does not depend on how the bytes are cut', () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) % 256);
    for (const piece of [1, 3, 63, 64, 65, 127, 500]) {
      const sha = createSha256();
      for (let at = 0; at < bytes.length; at += piece) sha.update(bytes.subarray(at, at + piece));
      expect(sha.digest()).toBe(expected(bytes));
    }
  });
});
