// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Modal } from '@mantine/core';
import { lazy, useState } from 'react';
import { afterEach, expect, it } from 'vitest';
import { renderInTheme } from '../testing/render.tsx';
import { WhenOpened } from './WhenOpened.tsx';

afterEach(cleanup);

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
      <WhenOpened opened={isOpen}>
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
