// @vitest-environment happy-dom
/** A line figure of 20,000 points: drawn from few, tabled with a choice, told in words. */
import { cleanup, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import type { Provenance } from '../services/provenance.ts';
import { renderInTheme } from '../testing/render.tsx';
import { groupStyle } from '../ui/palette.ts';
import { MAX_TABLE_ROWS } from './line-figure.ts';
import { LineFigure } from './LineFigure.tsx';
import { pointsOf } from './line-series.ts';
import { timeTable } from './TimeBarFigure.tsx';

afterEach(cleanup);

const FRAME = {
  title: 'Loss of every step',
  caption: 'Of the batch.',
  fileName: 'loss',
  provenance: () => Promise.resolve({} as Provenance),
};

it('draws few of many points, lists a choice of them, and gives the last values in words', async () => {
  const user = userEvent.setup();
  const x = Array.from({ length: 20_000 }, (_, i) => i + 1);
  const series = (key: string, factor: number, styleIndex: number) => ({
    key,
    label: key,
    style: groupStyle(styleIndex),
    points: pointsOf(
      x,
      x.map((step) => factor / Math.sqrt(step)),
    ),
  });
  const { container } = renderInTheme(
    <LineFigure
      {...FRAME}
      xLabel="step"
      counted="step"
      xEnd={20_000}
      yLabel="Loss"
      kind="number"
      series={[series('asian', 1, 0), series('black', 2, 1)]}
    />,
  );
  const figure = screen.getByRole('figure', { name: 'Loss of every step' });
  const label = within(figure).getByRole('img').getAttribute('aria-label') ?? '';
  expect(label).toContain('n = 20,000 steps');
  expect(label).toContain('black 0.01414');
  const path = container.querySelector('path[data-line="black"]')?.getAttribute('d') ?? '';
  expect(path.split('L').length).toBeLessThan(700);
  expect(path.split('L').length).toBeGreaterThan(200);
  expect(path).not.toContain('NaN');
  await user.click(within(figure).getByRole('radio', { name: 'Table' }));
  const rows = within(within(figure).getByRole('table')).getAllByRole('row');
  expect(rows).toHaveLength(MAX_TABLE_ROWS + 1);
  expect(rows.at(-1)?.textContent).toBe('20,0000.0070710.01414');
});

it('keeps an axis of Dice from 0 to 100 and stands still while there is nothing', () => {
  renderInTheme(
    <LineFigure
      {...FRAME}
      title="Dice"
      xLabel="step"
      counted="step"
      xEnd={100}
      yLabel="Dice"
      kind="share"
      series={[{ key: 'disc', label: 'Disc', style: groupStyle(0), points: pointsOf([50], [0.9]) }]}
    />,
  );
  expect(screen.getByText('100')).toBeDefined();
  expect(screen.getByText('Dice (%)')).toBeDefined();
});

it('lists times from the longest, with their shares', () => {
  const { rows } = timeTable({
    counted: 'dispatches',
    parts: [
      { label: 'norm', elapsedMs: 1, count: 4 },
      { label: 'products', elapsedMs: 3, count: 9 },
    ],
  });
  expect(rows).toEqual([
    { part: 'products', time_ms: 3, share: 0.75, n: 9 },
    { part: 'norm', time_ms: 1, share: 0.25, n: 4 },
  ]);
});
