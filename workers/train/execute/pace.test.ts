/** The size of submits: it settles at the adapter's rate and is not thrown off by small or disturbed submits. */
import { describe, expect, it } from 'vitest';

import { createPace } from './pace.ts';

/** An adapter of this rate that takes a millisecond beside. */
function settle(isSoftware: boolean, flopsPerMs: number): number {
  const pace = createPace(isSoftware);
  for (let submit = 0; submit < 20; submit++) {
    pace.learn(pace.flopsPerSubmit, 1 + pace.flopsPerSubmit / flopsPerMs);
  }
  return pace.flopsPerSubmit / flopsPerMs;
}

describe('the size of submits', () => {
  it.each([
    { isSoftware: true, flopsPerMs: 1e5 },
    { isSoftware: true, flopsPerMs: 5e6 },
    { isSoftware: false, flopsPerMs: 1e8 },
    { isSoftware: false, flopsPerMs: 4e10 },
  ])('settles between 100 and 200 ms at $flopsPerMs operations a millisecond', (adapter) => {
    const busyMs = settle(adapter.isSoftware, adapter.flopsPerMs);
    expect(busyMs).toBeGreaterThan(100);
    expect(busyMs).toBeLessThan(200);
  });

  it('stays as it is after a small submit that took little time', () => {
    const pace = createPace(true);
    const before = pace.flopsPerSubmit;
    pace.learn(before / 100, 20);
    expect(pace.flopsPerSubmit).toBe(before);
  });

  it('shrinks to a quarter at most after a submit that took far too long, however small', () => {
    const pace = createPace(true);
    const before = pace.flopsPerSubmit;
    pace.learn(before / 10, 60_000);
    expect(pace.flopsPerSubmit).toBe(before / 4);
  });
});
