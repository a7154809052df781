// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { lazy, Suspense } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { renderInTheme } from '../testing/render.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

/** React tells of every error that a boundary catches. */
function expectReports(): void {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
}

const renderFailure = (error: { readonly message: string }, retry: () => void) => (
  <button type="button" onClick={retry}>
    {error.message}
  </button>
);

it('stands in for a part whose code cannot be loaded, and leaves what is around it', async () => {
  expectReports();
  const Part = lazy(() => Promise.reject(new Error('The part is gone.')));
  renderInTheme(
    <>
      <p>around</p>
      <ErrorBoundary renderFailure={renderFailure}>
        <Suspense fallback={null}>
          <Part />
        </Suspense>
      </ErrorBoundary>
    </>,
  );
  expect(await screen.findByRole('button', { name: 'The part is gone.' })).toBeTruthy();
  expect(screen.getByText('around')).toBeTruthy();
});

it('draws the part anew when asked to', async () => {
  expectReports();
  let isBroken = true;
  function Part() {
    if (isBroken) throw new Error('Broken.');
    return <p>whole</p>;
  }
  renderInTheme(
    <ErrorBoundary renderFailure={renderFailure}>
      <Part />
    </ErrorBoundary>,
  );
  isBroken = false;
  await userEvent.click(screen.getByRole('button', { name: 'Broken.' }));
  expect(screen.getByText('whole')).toBeTruthy();
});
