/**
 * Seeded random numbers: the only source of randomness below `src`, so that every result can be repeated.
 * PCG32 would need 64-bit integers; xoshiro128** is as good for our use and exact in 32-bit JavaScript integers.
 */

export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Standard normal, by Box and Muller's polar form. */
  normal(): number;
  /** The generator's whole state, so that a run can be resumed. */
  state(): [number, number, number, number];
}

/** SplitMix32: spreads a small seed over the generator's state. */
function splitMix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return (x ^ (x >>> 15)) >>> 0;
  };
}

function rotateLeft(x: number, k: number): number {
  return ((x << k) | (x >>> (32 - k))) >>> 0;
}

/** FNV-1a, 32 bits, over UTF-16 code units: turns a name into a seed, so that streams with different names are independent. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * A generator for a seed, or one resumed from a stored state.
 * Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021), xoshiro128**.
 */
export function createRandom(seed: number | readonly [number, number, number, number], stream = ''): Random {
  let a: number, b: number, c: number, d: number;
  if (typeof seed === 'number') {
    const next = splitMix32((seed ^ hashName(stream)) >>> 0);
    [a, b, c, d] = [next(), next(), next(), next()];
  } else {
    [a, b, c, d] = seed;
  }

  function next32(): number {
    const result = Math.imul(rotateLeft(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const t = (b << 9) >>> 0;
    c = (c ^ a) >>> 0;
    d = (d ^ b) >>> 0;
    b = (b ^ c) >>> 0;
    a = (a ^ d) >>> 0;
    c = (c ^ t) >>> 0;
    d = rotateLeft(d, 11);
    return result;
  }

  function uniform(): number {
    return ((next32() >>> 5) * 67108864 + (next32() >>> 6)) / 9007199254740992;
  }

  return {
    uniform,
    integer: (bound) => Math.floor(uniform() * bound),
    normal() {
      for (;;) {
        const x = 2 * uniform() - 1;
        const y = 2 * uniform() - 1;
        const s = x * x + y * y;
        if (s > 0 && s < 1) return x * Math.sqrt((-2 * Math.log(s)) / s);
      }
    },
    state: () => [a, b, c, d],
  };
}

/** A seeded permutation of 0..count-1 (Fisher and Yates). */
export function permutation(count: number, random: Random): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const swap = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swap;
  }
  return order;
}
