/** What onnxruntime-web 1.30 says when memory is used up is told apart from other failures. */
import { expect, it } from 'vitest';
import { runFailed } from './run-failed.ts';

it.each([
  'failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc',
  "Can't create a session. failed to allocate a buffer of size 2147483647.",
  'Array buffer allocation failed',
])('says what to do when memory is used up: %s', (message) => {
  const cause = new Error(message);
  const error = runFailed('The model failed while running', cause);
  expect(error.code).toBe('runtime/out-of-memory');
  expect(error.message).toMatch(/^The model failed while running: .*more memory/);
  expect(error.cause).toBe(cause);
});

it('passes on any other reason', () => {
  const error = runFailed('The model failed while running', 'invalid dimensions');
  expect(error.code).toBe('runtime/run-failed');
  expect(error.message).toBe('The model failed while running: invalid dimensions');
});
