// @vitest-environment happy-dom
/** Preferences are written a moment after a change, and at once when the page goes away. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { store, update } from '../state/store.ts';
import { keepPreferences } from './preferences.ts';

const saved = () => localStorage.getItem('equiseg.preferences.ui');

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});
afterEach(() => {
  vi.useRealTimers();
});

it('writes after the last of a run of changes, or when the page is left', () => {
  keepPreferences();
  const { railCollapsed } = store.getState().ui;
  update('ui', (ui) => ({ ...ui, railCollapsed: !railCollapsed }));
  expect(saved()).toBeNull();
  vi.advanceTimersByTime(1000);
  expect(saved()).toContain(`"railCollapsed":${!railCollapsed}`);

  update('ui', (ui) => ({ ...ui, railCollapsed }));
  expect(saved()).toContain(`"railCollapsed":${!railCollapsed}`);
  window.dispatchEvent(new Event('pagehide'));
  expect(saved()).toContain(`"railCollapsed":${railCollapsed}`);
});
