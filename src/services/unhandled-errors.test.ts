// @vitest-environment happy-dom
/** What nothing caught is listed with the failures, with its details; notices of the browser and cancelled actions are not. */
import { afterEach, expect, it } from 'vitest';
import { deserializeError, type SerializedError } from '../../core/errors.ts';
import { initialState, store } from '../state/store.ts';
import { followUnhandled, listenForUnhandledErrors } from './unhandled-errors.ts';

listenForUnhandledErrors();
afterEach(() => store.setState(initialState));

function reject(reason: unknown): void {
  window.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason }));
}

it('lists errors and rejections of the page', () => {
  window.dispatchEvent(Object.assign(new Event('error'), { error: new TypeError('x is not a function') }));
  reject(new Error('No one waited.'));
  const { ended, unseenFailures } = store.getState().jobs;
  expect(ended).toMatchObject([
    { status: 'failed', label: 'A step of the page', summary: 'No one waited.' },
    { status: 'failed', error: { code: 'worker/unexpected', message: 'x is not a function' } },
  ]);
  expect(unseenFailures).toHaveLength(2);
});

it('passes over notices of the browser, cancelled actions and repetitions', () => {
  window.dispatchEvent(Object.assign(new Event('error'), { error: undefined }));
  reject(new DOMException('Cancelled.', 'AbortError'));
  expect(store.getState().jobs.ended).toEqual([]);
  for (let time = 0; time < 3; time++) reject(new Error('Again.'));
  expect(store.getState().jobs.ended).toHaveLength(1);
});

it('lists those of a worker until it is gone', async () => {
  const errors: SerializedError[] = [{ code: 'internal/invariant', message: 'This is a bug.' }];
  await followUnhandled('data worker 1', {
    requests: () => Promise.resolve([]),
    unhandled() {
      const next = errors.shift();
      return next === undefined
        ? Promise.reject(deserializeError({ code: 'worker/crashed', message: 'It stopped.' }))
        : Promise.resolve(next);
    },
  });
  expect(store.getState().jobs.ended).toMatchObject([
    { label: 'A step of the data worker 1', error: { code: 'internal/invariant' } },
  ]);
});
