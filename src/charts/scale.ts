/** Scales of the charts: numbers to pixels, round tick values, bands, histogram bins. Pure. */

/** Pixels from `from` to `to` for values from `min` to `max`. */
export interface LinearScale {
  readonly min: number;
  readonly max: number;
  /** Pixel of a value; values outside the domain fall outside the pixels. */
  at(value: number): number;
}

/** A linear scale. An empty domain (min = max) puts every value in the middle. */
export function linearScale(
  domain: readonly [number, number],
  pixels: readonly [number, number],
): LinearScale {
  const [min, max] = domain;
  const [from, to] = pixels;
  const span = max - min;
  return {
    min,
    max,
    at: (value) => (span === 0 ? (from + to) / 2 : from + ((value - min) / span) * (to - from)),
  };
}

/** 1, 2 or 5 times a power of ten: the smallest such step that cuts the span into at most `count` parts. */
export function roundStep(span: number, count: number): number {
  if (!(span > 0) || count < 1) return 1;
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  // The slack absorbs the rounding of the division: 0.6 / 0.2 must not ask for the next step.
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= raw * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Multiples of a round step inside [min, max], about `count` of them; each is the double nearest to its decimal value. */
export function roundTicks(min: number, max: number, count: number): number[] {
  if (!(max > min)) return [min];
  const step = roundStep(max - min, count);
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(decimals)));
}

/** [min, max] widened to multiples of a round step. */
export function roundDomain(min: number, max: number, count: number): [number, number] {
  if (!(max > min)) return [min - 0.5, max + 0.5];
  const step = roundStep(max - min, count);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  return [
    Number((Math.floor(min / step + 1e-9) * step).toFixed(decimals)),
    Number((Math.ceil(max / step - 1e-9) * step).toFixed(decimals)),
  ];
}

export interface Bin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * Histogram bins [low, high) of round width, at most `maxBins`; the last bin includes its upper edge.
 * Non-finite values are left out: the caller says how many. No values give no bins; equal values give one.
 */
export function histogramBins(values: readonly number[], maxBins: number): Bin[] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [];
  const lowest = finite.reduce((a, b) => Math.min(a, b));
  const highest = finite.reduce((a, b) => Math.max(a, b));
  if (lowest === highest) return [{ low: lowest - 0.5, high: lowest + 0.5, count: finite.length }];
  // One bin is kept in reserve because rounding both ends outwards can add one.
  const step = roundStep(highest - lowest, Math.max(1, maxBins - 1));
  const [start, end] = [Math.floor(lowest / step + 1e-9), Math.ceil(highest / step - 1e-9)];
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  const counts = Array.from({ length: end - start }, () => 0);
  for (const value of finite) {
    // The slack puts 0.3 into [0.3, 0.4) although 0.3 / 0.1 is below 3.
    const index = Math.min(counts.length - 1, Math.max(0, Math.floor(value / step + 1e-9) - start));
    counts[index] = (counts[index] as number) + 1;
  }
  return counts.map((count, i) => ({
    low: Number(((start + i) * step).toFixed(decimals)),
    high: Number(((start + i + 1) * step).toFixed(decimals)),
    count,
  }));
}

/** Deterministic offset in (-0.5, 0.5) for the i-th point of a strip: the golden-ratio sequence, which never clumps. */
export function jitter(index: number): number {
  return (((index + 1) * 0.6180339887498949) % 1) - 0.5;
}
