import { afterEach, expect, it, vi } from 'vitest';
import { store } from '../state/store.ts';
import { announce } from './announce.ts';

afterEach(() => vi.useRealTimers());

it('speaks at once when silent, then one sentence at a time, and drops the oldest of a long queue', () => {
  vi.useFakeTimers();
  const spoken: string[] = [];
  const stop = store.subscribe((state) => spoken.push(state.ui.announcement.text));
  for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) announce(text);
  expect(spoken).toEqual(['a']);
  vi.advanceTimersByTime(1499);
  expect(spoken).toEqual(['a']);
  vi.advanceTimersByTime(1);
  expect(spoken).toEqual(['a', 'c']);
  vi.advanceTimersByTime(10_000);
  expect(spoken).toEqual(['a', 'c', 'd', 'e', 'f']);
  announce('g');
  expect(spoken.at(-1)).toBe('g');
  stop();
  vi.advanceTimersByTime(10_000);
});
