/**
 * SHA-256 of bytes that arrive in pieces: the browser's own digest wants a whole file in memory.
 * Source: FIPS 180-4, sections 4.1.2, 5.1.1 and 6.2.
 */

const BLOCK_BYTES = 64;

/** The first 32 bits of the fractional parts of a root of the first primes. */
function rootWords(count: number, root: (value: number) => number): Uint32Array {
  const words = new Uint32Array(count);
  for (let candidate = 2, found = 0; found < count; candidate++) {
    let isPrime = true;
    for (let d = 2; d * d <= candidate; d++) if (candidate % d === 0) isPrime = false;
    if (isPrime) words[found++] = Math.floor((root(candidate) % 1) * 2 ** 32);
  }
  return words;
}

// Signed, because engines keep small signed integers out of floating point.
const INITIAL = Int32Array.from(rootWords(8, Math.sqrt));
const ROUND = Int32Array.from(rootWords(64, Math.cbrt));

export interface Sha256 {
  /** Takes the next bytes. Ownership: borrowed, not kept. */
  update(bytes: Uint8Array): void;
  /** The digest of everything so far in lower-case hex; nothing may be added afterwards. */
  digest(): string;
}

/** Mixes the blocks of `bytes` between two offsets into the state. */
function compress(state: Int32Array, schedule: Int32Array, bytes: Uint8Array, from: number, to: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = from; at < to; at += BLOCK_BYTES) {
    for (let i = 0; i < 16; i++) schedule[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const w15 = schedule[i - 15] as number;
      const w2 = schedule[i - 2] as number;
      const s0 = ((w15 >>> 7) | (w15 << 25)) ^ ((w15 >>> 18) | (w15 << 14)) ^ (w15 >>> 3);
      const s1 = ((w2 >>> 17) | (w2 << 15)) ^ ((w2 >>> 19) | (w2 << 13)) ^ (w2 >>> 10);
      schedule[i] = ((schedule[i - 16] as number) + s0 + (schedule[i - 7] as number) + s1) | 0;
    }
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    let e = state[4] as number;
    let f = state[5] as number;
    let g = state[6] as number;
    let h = state[7] as number;
    for (let i = 0; i < 64; i++) {
      const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const choice = (e & f) ^ (~e & g);
      const t1 = (h + sum1 + choice + (ROUND[i] as number) + (schedule[i] as number)) | 0;
      const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + sum0 + majority) | 0;
    }
    state[0] = (state[0] as number) + a;
    state[1] = (state[1] as number) + b;
    state[2] = (state[2] as number) + c;
    state[3] = (state[3] as number) + d;
    state[4] = (state[4] as number) + e;
    state[5] = (state[5] as number) + f;
    state[6] = (state[6] as number) + g;
    state[7] = (state[7] as number) + h;
  }
}

/** A digest to be fed piece by piece. */
export function createSha256(): Sha256 {
  const state = Int32Array.from(INITIAL);
  const schedule = new Int32Array(64);
  const block = new Uint8Array(BLOCK_BYTES);
  let fill = 0;
  let sizeBytes = 0;

  function update(bytes: Uint8Array): void {
    sizeBytes += bytes.length;
    let at = 0;
    if (fill > 0) {
      at = Math.min(BLOCK_BYTES - fill, bytes.length);
      block.set(bytes.subarray(0, at), fill);
      fill += at;
      if (fill < BLOCK_BYTES) return;
      compress(state, schedule, block, 0, BLOCK_BYTES);
    }
    const whole = at + BLOCK_BYTES * Math.floor((bytes.length - at) / BLOCK_BYTES);
    compress(state, schedule, bytes, at, whole);
    block.set(bytes.subarray(whole));
    fill = bytes.length - whole;
  }

  return {
    update,
    digest() {
      const bitCount = BigInt(sizeBytes) * 8n;
      const padding = new Uint8Array((fill < 56 ? 56 : 120) - fill + 8);
      padding[0] = 0x80;
      new DataView(padding.buffer).setBigUint64(padding.length - 8, bitCount);
      update(padding);
      return Array.from(new Uint32Array(state.buffer), (word) => word.toString(16).padStart(8, '0')).join('');
    },
  };
}

/** The digest of a text's UTF-8 bytes. */
export function hashText(text: string): string {
  const sha = createSha256();
  sha.update(new TextEncoder().encode(text));
  return sha.digest();
}
