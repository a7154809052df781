/** Batches keep their pace and lose nothing. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createBatches } from './result-batches.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('hands results on at most twice a second, in order, and the rest at the end', () => {
  const delivered: { items: readonly number[]; atMs: number }[] = [];
  const batches = createBatches<number>((items) => delivered.push({ items, atMs: performance.now() }));
  for (let item = 0; item < 1000; item++) {
    batches.add(item);
    vi.advanceTimersByTime(1);
  }
  batches.finish();
  batches.finish();
  expect(delivered.flatMap(({ items }) => items)).toEqual(Array.from({ length: 1000 }, (_, item) => item));
  expect(delivered.length).toBeLessThanOrEqual(3);
  const times = delivered.slice(0, -1).map(({ atMs }) => atMs);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500);
});

it('does not call without results', () => {
  const deliver = vi.fn<(items: readonly number[]) => void>();
  createBatches(deliver).finish();
  expect(deliver).not.toHaveBeenCalled();
});
