import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
  formatInterval,
  formatNumber,
  formatPercent,
  formatPercentInterval,
  formatPercentNumber,
  formatRate,
  formatShare,
  formatTimeLeft,
} from './format.ts';

describe('what is not a number', () => {
  it.each([
    formatPercent,
    formatPercentNumber,
    formatCount,
    formatNumber,
    formatBytes,
    formatDuration,
    formatTimeLeft,
  ])('is "not defined" in %o', (format) => {
    for (const value of [Number.NaN, null, undefined]) expect(format(value)).toBe('not defined');
  });

  it('is "not defined" in intervals, rates and shares of nothing', () => {
    expect(formatPercentInterval({ lo: Number.NaN, hi: 0.5 })).toBe('not defined');
    expect(formatInterval(null)).toBe('not defined');
    expect(formatRate(Number.NaN, 'files')).toBe('not defined');
    expect(formatShare(0, 0)).toBe('0 (not defined)');
  });
});

it.each([
  [0, '0.0%'],
  [1, '100.0%'],
  [0.83449, '83.4%'],
  [-0.0004, '0.0%'],
  [-0.123, '-12.3%'],
])('percent of %d is %s', (fraction, text) => expect(formatPercent(fraction)).toBe(text));

it('writes intervals as (lo, hi)', () => {
  expect(formatPercentInterval({ lo: 0.812, hi: 0.8561 })).toBe('(81.2, 85.6)');
  expect(formatInterval({ lo: 1.2345, hi: 45.678 })).toBe('(1.23, 45.7)');
});

it.each([
  [0, '0'],
  [12_345, '12,345'],
  [123_456, '123,456'],
  [0.123456, '0.1235'],
  [2.99792, '2.998'],
  [0.00001234, '1.234e-5'],
  [123_456_789, '1.235e8'],
  [Number.POSITIVE_INFINITY, '∞'],
  [Number.NEGATIVE_INFINITY, '−∞'],
])('number %d is %s', (value, text) => expect(formatNumber(value)).toBe(text));

it('writes counts with their noun', () => {
  expect(formatCounted(1, 'sample')).toBe('1 sample');
  expect(formatCounted(10_000, 'sample')).toBe('10,000 samples');
  expect(formatCounted(2, 'entry', 'entries')).toBe('2 entries');
  expect(formatShare(120, 1000)).toBe('120 (12.0%)');
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [9_940, '9.9 kB'],
  [9_960, '10 kB'],
  [285_000, '285 kB'],
  [999_600, '1.0 MB'],
  [1_400_000_000, '1.4 GB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [0, '0 ms'],
  [850, '850 ms'],
  [999.6, '1.0 s'],
  [12_340, '12.3 s'],
  [59_960, '1 min 00 s'],
  [200_000, '3 min 20 s'],
  [3_900_000, '1 h 05 min'],
])('%d ms last %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

it.each([
  [10, '1 s'],
  [11_200, '12 s'],
  [240_000, '4 min'],
  [3_590_000, '1 h 00 min'],
  [7_800_000, '2 h 10 min'],
])('%d ms are left as %s', (ms, text) => expect(formatTimeLeft(ms)).toBe(text));

it.each([
  [396.4, '396 files/s'],
  [1234.5, '1,230 files/s'],
  [1.5, '1.5 files/s'],
  [0.2, '12 files/min'],
  [0, '0 files/s'],
])('rate %d is %s', (rate, text) => expect(formatRate(rate, 'files')).toBe(text));
