/** Rejections that nothing handles are told, each once and in order; cancelled actions are not. */
import { expect, it } from 'vitest';
import { WorkbenchError } from '../../core/errors.ts';
import { listenForUnhandled } from './unhandled.ts';

function reject(scope: EventTarget, reason: unknown): void {
  scope.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason }));
}

it('tells of each rejection once, before and after it is asked', async () => {
  const scope = new EventTarget();
  const unhandled = listenForUnhandled(scope);
  reject(scope, new WorkbenchError('npy/damaged', 'The first.'));
  reject(scope, new DOMException('Cancelled.', 'AbortError'));
  reject(scope, 'just text');
  expect(await unhandled()).toMatchObject({ code: 'npy/damaged', message: 'The first.' });
  expect(await unhandled()).toMatchObject({ code: 'worker/unexpected', message: 'just text' });
  const next = unhandled();
  reject(scope, new TypeError('The third.'));
  expect(await next).toMatchObject({ code: 'worker/unexpected', message: 'The third.' });
});

it('keeps a bounded number', async () => {
  const scope = new EventTarget();
  const unhandled = listenForUnhandled(scope);
  for (let index = 0; index < 1000; index++) reject(scope, new Error(String(index)));
  const first = await unhandled();
  expect(first.message).toBe('0');
  let count = 1;
  const more = async () => {
    for (;;) {
      await unhandled();
      count++;
    }
  };
  void more();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(count).toBe(20);
});
