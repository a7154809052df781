// @vitest-environment happy-dom
import { cleanup, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { renderInTheme } from '../testing/render.tsx';
import { stepRow } from './table-keys.ts';
import { VirtualTable } from './VirtualTable.tsx';

beforeEach(() => {
  // happy-dom lays nothing out; without a height no row would be in view.
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(400);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const ROWS = Array.from({ length: 10_000 }, (_, index) => ({ id: `sample-${index}`, dice: index / 10_000 }));

function show(onOpen = vi.fn<(row: (typeof ROWS)[number], index: number) => void>()) {
  renderInTheme(
    <VirtualTable
      caption="Samples"
      columns={[
        { key: 'id', header: 'Name', render: (row: (typeof ROWS)[number]) => row.id },
        { key: 'dice', header: 'Dice', align: 'end', width: 80, render: (row) => row.dice.toFixed(4) },
      ]}
      rows={ROWS}
      rowKey={(row) => row.id}
      onOpen={onOpen}
      height={400}
    />,
  );
  return onOpen;
}

it('is a real table that says how many rows it has and draws only those near the view', () => {
  show();
  const table = screen.getByRole('table', { name: 'Samples' });
  expect(table.getAttribute('aria-rowcount')).toBe('10001');
  const drawn = within(table).getAllByRole('row');
  expect(drawn.length).toBeGreaterThan(10);
  expect(drawn.length).toBeLessThan(60);
  expect(drawn[1]?.getAttribute('aria-rowindex')).toBe('2');
  expect(
    within(table)
      .getAllByRole('columnheader')
      .map((cell) => cell.textContent),
  ).toEqual(['Name', 'Dice']);
});

it('moves and opens rows with the keyboard', async () => {
  const user = userEvent.setup();
  const onOpen = show();
  await user.tab();
  await user.keyboard('{Enter}');
  expect(onOpen).not.toHaveBeenCalled();
  await user.keyboard('{ArrowDown}{ArrowDown}{Enter}');
  expect(onOpen).toHaveBeenLastCalledWith(ROWS[1], 1);
  await user.keyboard('{End}{Enter}');
  expect(onOpen).toHaveBeenLastCalledWith(ROWS[9999], 9999);
});

it('opens the row that is clicked', async () => {
  const onOpen = show();
  await userEvent.setup().click(screen.getByText('sample-3'));
  expect(onOpen).toHaveBeenLastCalledWith(ROWS[3], 3);
});

describe('stepRow', () => {
  it('stays inside the table', () => {
    expect(stepRow('ArrowUp', 0, 5, 2)).toBe(0);
    expect(stepRow('ArrowDown', 4, 5, 2)).toBe(4);
    expect(stepRow('PageDown', 1, 5, 10)).toBe(4);
    expect(stepRow('PageUp', 4, 5, 3)).toBe(1);
    expect(stepRow('Home', 4, 5, 3)).toBe(0);
    expect(stepRow('ArrowDown', -1, 5, 3)).toBe(0);
  });

  it('leaves other keys and empty tables alone', () => {
    expect(stepRow('a', 1, 5, 3)).toBeUndefined();
    expect(stepRow('ArrowDown', -1, 0, 3)).toBeUndefined();
  });
});
