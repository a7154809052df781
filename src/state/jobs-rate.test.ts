import { describe, expect, it } from 'vitest';
import type { Progress } from '../../core/tasks.ts';
import { advanceTrack, rateOf, startTrack } from './jobs-rate.ts';

const at = (done: number, more: Partial<Progress> = {}): Progress => ({
  phase: 'reading',
  done,
  total: 1000,
  unit: 'files',
  ...more,
});

/** A track fed with a report every 100 ms at a given number of files each. */
function feed(perReport: readonly number[], bytesPerFile?: number) {
  let done = 0;
  let nowMs = 0;
  const progress = () => at(done, bytesPerFile === undefined ? {} : { doneBytes: done * bytesPerFile });
  let track = startTrack(progress(), nowMs);
  for (const count of perReport) {
    done += count;
    nowMs += 100;
    track = advanceTrack(track, progress(), nowMs);
  }
  return { track, progress: progress() };
}

describe('rate of a phase', () => {
  it('is exact for steady work, with the time left that follows', () => {
    const { track, progress } = feed(Array(20).fill(5));
    const rate = rateOf(track, progress);
    expect(rate.rateHz).toBeCloseTo(50, 9);
    expect(rate.remainingMs).toBeCloseTo(((1000 - 100) / 50) * 1000, 6);
    expect(rate.rateBytesHz).toBeNull();
  });

  it('counts bytes where the phase reads files', () => {
    const { track, progress } = feed(Array(20).fill(5), 285_000);
    expect(rateOf(track, progress).rateBytesHz).toBeCloseTo(50 * 285_000, 3);
  });

  it('says nothing before it has seen enough', () => {
    const { track, progress } = feed(Array(5).fill(5));
    expect(rateOf(track, progress)).toEqual({ rateHz: null, rateBytesHz: null, remainingMs: null });
  });

  it('forgets an old speed within seconds', () => {
    const { track, progress } = feed([...Array(50).fill(10), ...Array(100).fill(1)]);
    const { rateHz } = rateOf(track, progress);
    expect(rateHz).toBeGreaterThan(10);
    expect(rateHz).toBeLessThan(14);
  });

  it('has no time left while nothing moves', () => {
    const { track, progress } = feed(Array(20).fill(0));
    expect(rateOf(track, progress)).toEqual({ rateHz: 0, rateBytesHz: null, remainingMs: null });
  });

  it('starts anew with another phase and with a count that went back', () => {
    const { track } = feed(Array(20).fill(5));
    expect(advanceTrack(track, at(3, { phase: 'hashing' }), 2100).sumMs).toBe(0);
    expect(advanceTrack(track, at(3), 2100).sumMs).toBe(0);
  });
});
