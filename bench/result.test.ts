/** The line every benchmark ends with, and the middle of its measurements. */
import { expect, test } from 'vitest';
import { median } from './median.ts';
import { parseResult } from './result.ts';

test('reads the last line of a benchmark back', () => {
  const result = { name: 'a', adapter: 'cpu', figures: { bMs: 1 }, peer: null, ratio: null };
  expect(parseResult(JSON.stringify(result))).toEqual(result);
});

test('refuses a last line that is no result', () => {
  expect(() => parseResult('{"name":"a"}')).toThrow('one JSON object');
  expect(() => parseResult('null')).toThrow('one JSON object');
});

test('median of odd, even and no values', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});
