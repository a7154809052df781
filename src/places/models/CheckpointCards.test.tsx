// @vitest-environment happy-dom
/** What a checkpoint's card offers and says, on a page whose device has not started. */
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import type { CheckpointCard } from '../../state/models-checkpoints.ts';
import { store } from '../../state/store.ts';
import { renderInTheme, resetPage } from '../../testing/render.tsx';
import { CheckpointCards } from './CheckpointCards.tsx';

const changeSettings = vi.hoisted(() => vi.fn<(key: string, change: object) => void>());
vi.mock('../../services/models-add.ts', () => ({ changeSettings }));
afterEach(resetPage);

/** The card of an InceptionV3 whose weights are to be kept so. */
function show(precision: CheckpointCard['settings']['precision']) {
  const card: CheckpointCard = {
    key: 'inception',
    name: 'inception.pth',
    sizeBytes: 95_000_000,
    recognised: {
      family: 'inception-v3',
      variant: 'fid',
      logits: 1008,
      words: 'pytorch-fid InceptionV3, 95 MB',
      sizeBytes: 95_000_000,
      prefix: '',
    },
    settings: { precision, side: null },
    chosenBase: null,
    outline: { status: 'planning' },
    made: {},
  };
  store.setState(({ models }) => ({ models: { ...models, checkpoints: [card] } }));
  renderInTheme(<CheckpointCards />);
}

it('offers half precision whatever the adapter computes in', async () => {
  show('f32');
  expect(screen.queryByText(/Halves are widened/)).toBeNull();
  const weights = screen.getByRole('combobox', { name: 'Weights kept in' });
  await userEvent.setup().selectOptions(weights, 'f16');
  expect(changeSettings).toHaveBeenCalledExactlyOnceWith('inception', { precision: 'f16' });
});

it('says what half precision does not give', () => {
  show('f16');
  expect(screen.getByText(/computes in single precision on every device, in no less memory/)).toBeTruthy();
  expect(screen.getByText(/Training starts from single precision alone/)).toBeTruthy();
});
