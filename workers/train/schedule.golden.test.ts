/** Learning rates against those that the published code used. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { goldensFolder, reportGolden } from '../../core/goldens.ts';
import { describeDifference, maxAbsDifference, SCHEDULE } from '../../core/testing.ts';
import { learningRateAt } from './schedule.ts';

interface GoldenSchedule {
  readonly name: string;
  readonly base_lr: number;
  readonly warmup?: boolean;
  readonly warmup_period?: number;
  readonly max_iterations: number;
  readonly lr_used_at_step_0based: readonly number[];
}

const goldens = JSON.parse(
  readFileSync(join(goldensFolder('schedules'), 'lr.json'), 'utf8'),
) as readonly GoldenSchedule[];

function ratesOf(golden: GoldenSchedule): number[] {
  const schedule = {
    base: golden.base_lr,
    warmUpStepCount: golden.warmup === true ? (golden.warmup_period ?? 0) : 0,
    decayStepCount: golden.max_iterations,
  };
  return golden.lr_used_at_step_0based.map((_, step) => learningRateAt(step, schedule));
}

describe('the learning rate', () => {
  it.each(goldens)('of $name is the published one at every step', (golden) => {
    expect(golden.lr_used_at_step_0based.length).toBeGreaterThan(0);
    expect(describeDifference(ratesOf(golden), golden.lr_used_at_step_0based, SCHEDULE)).toBeUndefined();
  });

  it('is reported', () => {
    const worst = goldens.map((golden) => maxAbsDifference(ratesOf(golden), golden.lr_used_at_step_0based));
    reportGolden('schedules', goldens.length, Math.max(...worst));
    expect(goldens.length).toBeGreaterThan(0);
  });

  it('is 0 after the end', () => {
    expect(learningRateAt(1000, { base: 1, warmUpStepCount: 5, decayStepCount: 10 })).toBe(0);
  });
});
