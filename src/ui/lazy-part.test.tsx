// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Suspense } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { renderInTheme } from '../testing/render.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { ErrorNotice } from './ErrorNotice.tsx';
import { lazyPart } from './lazy-part.tsx';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

it('says what to do when its code cannot be loaded, and loads it when asked to try again', async () => {
  // React tells of every error that a boundary catches.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  let loadCount = 0;
  let isReachable = false;
  const Part = lazyPart(() => {
    loadCount++;
    return isReachable
      ? Promise.resolve(({ name }: { readonly name: string }) => <p>{name} is here</p>)
      : Promise.reject(new TypeError('Failed to fetch'));
  });
  renderInTheme(
    <ErrorBoundary renderFailure={(error, retry) => <ErrorNotice error={error} onRetry={retry} />}>
      <Suspense fallback={null}>
        <Part name="The part" />
      </Suspense>
    </ErrorBoundary>,
  );
  expect((await screen.findByRole('alert')).textContent).toContain('page/part-not-loaded');
  expect(screen.getByRole('button', { name: 'Reload the page' })).toBeTruthy();
  expect(loadCount).toBe(1);

  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('alert')).toBeTruthy();
  expect(loadCount).toBe(2);

  isReachable = true;
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('The part is here')).toBeTruthy();
  expect(loadCount).toBe(3);
});
