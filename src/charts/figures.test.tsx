// @vitest-environment happy-dom
import { cleanup, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Provenance, provenanceLines } from '../services/provenance.ts';
import { renderInTheme } from '../testing/render.tsx';
import { ClusterFigure } from './ClusterFigure.tsx';
import { CompositionFigure } from './CompositionFigure.tsx';
import { CountBarFigure } from './CountBarFigure.tsx';
import { DistributionFigure } from './DistributionFigure.tsx';
import { serializeSvg } from './export-svg.ts';
import { GroupBarFigure } from './GroupBarFigure.tsx';
import type { GroupBarFigureProps } from './GroupBarFigure.tsx';
import { HistogramFigure } from './HistogramFigure.tsx';

afterEach(cleanup);

const provenance: Provenance = {
  software: 'EquiSeg 0.1.0+1a2b3c4d',
  createdAt: '2026-01-02T03:04:05.000Z',
  cohort: { hash: 'c0', count: 300, demo: null },
  filter: { text: 'split: test', passingCount: 121 },
  model: { id: 'ab12', name: 'Baseline' },
  settings: { convention: 'published' },
  seed: 7,
};
const frame = {
  caption: 'Published convention, 121 images.',
  fileName: 'figure',
  provenance: () => Promise.resolve(provenance),
};
const groups = [
  { key: 'a', label: 'Asian', styleIndex: 0 },
  { key: 'b', label: 'Black', styleIndex: 1 },
  { key: 'u', label: 'Unknown', styleIndex: -1 },
];
const dice: GroupBarFigureProps = {
  ...frame,
  title: 'Dice by recorded race',
  metric: 'Dice',
  counted: 'subjects',
  minimumCount: 10,
  groups,
  panels: [
    {
      key: 'rim',
      label: 'Rim',
      overall: { value: 0.8, interval: { lo: 0.78, hi: 0.82 }, count: 121 },
      scores: [
        { group: 'a', value: 0.812, interval: { lo: 0.79, hi: 0.834 }, count: 81 },
        { group: 'b', value: 0.7, interval: null, count: 7, points: [0.6, 0.8] },
        { group: 'u', value: null, interval: null, count: 33 },
      ],
    },
  ],
};

async function showTable(title: string): Promise<string[][]> {
  await userEvent.setup().click(screen.getByRole('radio', { name: 'Table' }));
  const rows = within(screen.getByRole('table', { name: title })).getAllByRole('row');
  return rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent));
}

function chart(): SVGSVGElement {
  return screen.getByRole('img').closest('svg') as SVGSVGElement;
}

describe('GroupBarFigure', () => {
  it('is a figure with a heading, a caption and a chart that is told in words', () => {
    renderInTheme(<GroupBarFigure {...dice} />);
    const figure = within(screen.getByRole('figure', { name: 'Dice by recorded race' }));
    expect(figure.getByRole('heading', { level: 3, name: 'Dice by recorded race' })).toBeTruthy();
    expect(figure.getByText('Published convention, 121 images.')).toBeTruthy();
    expect(figure.getByRole('img').getAttribute('aria-label')).toContain(
      'Rim: lowest Asian 81.2%, highest Asian 81.2%',
    );
  });

  it('has a table with the same numbers, missing ones in words', async () => {
    renderInTheme(<GroupBarFigure {...dice} />);
    expect(await showTable(dice.title)).toEqual([
      ['Group', 'Class', 'n subjects', 'Dice (%)', '95% interval (%)', 'Note'],
      ['Asian', 'Rim', '81', '81.2', '(79.0, 83.4)', ''],
      ['Black', 'Rim', '7', '70.0', 'none', 'n < 10'],
      ['Unknown', 'Rim', '33', 'not defined', 'none', ''],
      ['Overall', 'Rim', '121', '80.0', '(78.0, 82.0)', ''],
    ]);
    expect(screen.getByRole('columnheader', { name: 'Dice (%)' }).getAttribute('scope')).toBe('col');
    expect(screen.getByRole('rowheader', { name: 'Black' }).getAttribute('scope')).toBe('row');
  });

  it('draws groups below the minimum hollow and says so', () => {
    renderInTheme(<GroupBarFigure {...dice} />);
    // One bar and its legend entry.
    expect(chart().querySelectorAll('[data-hollow]')).toHaveLength(2);
    expect(
      within(screen.getByRole('list', { name: 'Warnings' })).getByText(
        /Fewer than 10 subjects.*Black \(n = 7\)/,
      ),
    ).toBeTruthy();
    cleanup();
    renderInTheme(<GroupBarFigure {...dice} minimumCount={5} />);
    expect(chart().querySelectorAll('[data-hollow]')).toHaveLength(0);
    expect(screen.queryByRole('list', { name: 'Warnings' })).toBeNull();
  });

  it('starts at 0 unless zoomed, and then says where it starts', async () => {
    renderInTheme(<GroupBarFigure {...dice} />);
    expect(screen.queryByText(/Axis starts at/)).toBeNull();
    await userEvent.setup().click(screen.getByRole('radio', { name: 'Zoomed' }));
    expect(screen.getByText(/Axis starts at 65.0%, not at 0; 1 single value outside/)).toBeTruthy();
  });

  it('selects a group by pointer and by keyboard', async () => {
    const onSelect = vi.fn<(group: string) => void>();
    const user = userEvent.setup();
    renderInTheme(<GroupBarFigure {...dice} onSelect={onSelect} />);
    await user.click(screen.getByRole('button', { name: /^Black, Rim, n = 7, Dice 70.0%, no interval/ }));
    screen.getByRole('button', { name: /^Asian, Rim/ }).focus();
    await user.keyboard('{ArrowLeft}{Enter}');
    expect(onSelect.mock.calls).toEqual([['b'], ['u']]);
  });

  it('keeps its place with a message when there is nothing to show', () => {
    renderInTheme(<GroupBarFigure {...dice} status={{ kind: 'empty', message: 'Run a model first.' }} />);
    expect(screen.getByText('Run a model first.')).toBeTruthy();
    expect(screen.queryByRole('img')).toBeNull();
    expect(screen.getByRole('button', { name: 'Export' }).hasAttribute('disabled')).toBe(true);
  });
});

describe('exported SVG', () => {
  it('is well-formed, on white, and needs nothing from outside', () => {
    const description = { title: 'Dice & <IoU>', caption: 'n < 10 "hollow"' };
    renderInTheme(<GroupBarFigure {...dice} />);
    const text = serializeSvg(chart(), description);
    const parsed = new DOMParser().parseFromString(text.slice(text.indexOf('<svg')), 'application/xml');
    expect(parsed.querySelector('parsererror')).toBeNull();
    expect(parsed.documentElement.namespaceURI).toBe('http://www.w3.org/2000/svg');
    expect(parsed.querySelector('title')?.textContent).toBe(description.title);
    expect(parsed.querySelector('desc')?.textContent).toBe(description.caption);
    expect(parsed.querySelector('rect')?.getAttribute('fill')).toBe('#ffffff');
    expect(text).not.toMatch(/var\(|class=|data-|href|<style|<script|<image|@import/);
    const ids = [...parsed.querySelectorAll('[id]')].map((element) => element.id);
    const used = [...text.matchAll(/url\(([^)]*)\)/g)].map((match) => match[1] as string);
    expect(used.length).toBeGreaterThan(0);
    for (const reference of used) expect(ids).toContain(reference.slice(1));
  });
});

describe('saved figure', () => {
  it.each(['CSV', 'LaTeX', 'SVG'])(
    '%s has the provenance that its place gave, not that of the page now',
    async (format) => {
      const saved = vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:figure');
      const user = userEvent.setup();
      renderInTheme(<GroupBarFigure {...dice} />);
      await user.click(screen.getByRole('button', { name: 'Export' }));
      await user.click(await screen.findByRole('menuitem', { name: new RegExp(`^${format}`) }));
      await expect.poll(() => saved.mock.calls.length).toBe(1);
      const [[file] = []] = saved.mock.calls;
      if (!(file instanceof Blob)) throw new Error('no file was saved');
      const text = await file.text();
      for (const line of provenanceLines(provenance)) expect(text).toContain(line);
      expect(text).toContain('model: Baseline, SHA-256 ab12');
      expect(text).toContain('seed: 7');
      saved.mockRestore();
    },
  );
});

describe('other figures', () => {
  it('counts and shares: shares of the own series, unknown included', async () => {
    const title = 'Recorded race';
    const series = [
      { key: 'train', label: 'train', counts: [30, 10, 0] },
      { key: 'test', label: 'test', counts: [1, 2, 1] },
    ];
    renderInTheme(
      <CountBarFigure {...frame} title={title} counted="images" groups={groups} series={series} />,
    );
    expect((await showTable(title)).slice(1)).toEqual([
      ['Asian', '30', '75.0', '1', '25.0'],
      ['Black', '10', '25.0', '2', '50.0'],
      ['Unknown', '0', '0.0', '1', '25.0'],
    ]);
  });

  it('composition: an empty part has no share', async () => {
    const title = 'Composition';
    const parts = [
      { role: 'pool', counts: [3, 1, 0] },
      { role: 'selection', counts: [0, 0, 0] },
    ] as const;
    renderInTheme(
      <CompositionFigure {...frame} title={title} counted="images" groups={groups} parts={parts} />,
    );
    expect((await showTable(title))[1]).toEqual(['Asian', '3', '75.0', '0', 'not defined']);
  });

  it('draws: the caption tells rank and z-score', async () => {
    const title = 'Distances';
    renderInTheme(
      <DistributionFigure
        {...frame}
        title={title}
        metric="FD"
        selectionSize={100}
        selectionDistance={1}
        poolDistance={null}
        drawDistances={[2, 4, 6]}
      />,
    );
    expect(screen.getByText(/Selection 1, below all 3 random draws \(mean 4, SD 2, z = -1.5\)/)).toBeTruthy();
    expect(await showTable(title)).toEqual([
      ['Set', 'FD'],
      ['Selection', '1'],
      ['Whole pool', 'not defined'],
      ['Random draw 1', '2'],
      ['Random draw 2', '4'],
      ['Random draw 3', '6'],
    ]);
  });

  it('clusters: nearest first, those without a distance last and named', async () => {
    const title = 'Clusters';
    const clusters = [
      { index: 0, size: 1, distance: null, selectedCount: 0 },
      { index: 1, size: 80, distance: 50.5, selectedCount: 0 },
      { index: 2, size: 79, distance: 12.25, selectedCount: 79 },
    ];
    renderInTheme(
      <ClusterFigure {...frame} title={title} metric="FD" counted="images" clusters={clusters} />,
    );
    expect(screen.getByText(/No distance for 1 cluster with/)).toBeTruthy();
    expect((await showTable(title)).slice(1)).toEqual([
      ['1', '2', '12.25', '79', '79'],
      ['2', '1', '50.5', '80', '0'],
      ['3', '0', 'not defined', '1', '0'],
    ]);
  });

  it('histogram: counts the unknown instead of drawing them', async () => {
    const title = 'Ages';
    renderInTheme(
      <HistogramFigure
        {...frame}
        title={title}
        quantity="Age"
        unit="years"
        kind="number"
        counted="subjects"
        values={[40, 50, 60, NaN]}
      />,
    );
    expect(screen.getByText(/n = 3 subjects; age unknown for 1; bins of 1 years/)).toBeTruthy();
    const counts = (await showTable(title)).slice(1).map((row) => Number(row[2]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  });
});
