// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Modal } from '@mantine/core';
import { lazy, useState } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { renderInTheme } from '../testing/render.tsx';
import { lazyPart } from './lazy-part.tsx';
import { WhenOpened } from './WhenOpened.tsx';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

function Dialog({ opened, onClose }: DialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Dialog" transitionProps={{ duration: 0 }}>
      <button type="button" onClick={onClose}>
        Done
      </button>
    </Modal>
  );
}

let loadCount = 0;
const LazyDialog = lazy(() => {
  loadCount++;
  return Promise.resolve({ default: Dialog });
});

function Page() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setIsOpen(true)}>
        Open
      </button>
      <WhenOpened opened={isOpen} onClose={() => setIsOpen(false)}>
        {(opened) => <LazyDialog opened={opened} onClose={() => setIsOpen(false)} />}
      </WhenOpened>
    </>
  );
}

it('loads a dialog when it is first opened, and the dialog gives the focus back', async () => {
  const user = userEvent.setup();
  renderInTheme(<Page />);
  const open = screen.getByRole('button', { name: 'Open' });
  expect(loadCount).toBe(0);
  await user.click(open);
  await user.click(await screen.findByRole('button', { name: 'Done' }));
  await expect.poll(() => document.activeElement).toBe(open);
  expect(loadCount).toBe(1);
});

it('tells in place of a dialog that cannot be loaded, leaves the page as it is, and can be closed', async () => {
  // React tells of every error that a boundary catches.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const user = userEvent.setup();
  const Lost = lazyPart<DialogProps>(() => Promise.reject(new TypeError('Failed to fetch')));
  function PageWithLost() {
    const [isOpen, setIsOpen] = useState(false);
    const close = () => setIsOpen(false);
    return (
      <>
        <button type="button" onClick={() => setIsOpen(true)}>
          Open
        </button>
        <WhenOpened opened={isOpen} onClose={close}>
          {(opened) => <Lost opened={opened} onClose={close} />}
        </WhenOpened>
      </>
    );
  }
  renderInTheme(<PageWithLost />);
  await user.click(screen.getByRole('button', { name: 'Open' }));
  expect((await screen.findByRole('alert')).textContent).toContain('page/part-not-loaded');
  await user.click(screen.getByRole('button', { name: 'Close' }));
  expect(screen.queryByRole('alert')).toBeNull();
  expect(screen.getByRole('button', { name: 'Open' })).toBeTruthy();
});
