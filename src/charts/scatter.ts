/** Points of a 2-D map: thinning, layout, nearest point, statistics. Pure; the drawing is in `ScatterFigure`. */
import type { FigureTable } from './figure-table.ts';
import type { SearchRole } from './roles.ts';
import { ROLE_LABELS } from './roles.ts';
import { linearScale, roundDomain } from './scale.ts';
import type { LinearScale } from './scale.ts';

export interface ScatterSeries {
  readonly role: SearchRole;
  /** [n] and [n], the same length. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

export interface ScatterScales {
  readonly x: LinearScale;
  readonly y: LinearScale;
}

export interface PlotBox {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function extent(values: Iterable<number>): [number, number] {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return lowest > highest ? [0, 1] : [lowest, highest];
}

function* allValues(series: readonly ScatterSeries[], axis: 'x' | 'y'): Generator<number> {
  for (const one of series) for (let i = 0; i < one[axis].length; i++) yield one[axis][i] as number;
}

/** Scales that hold every finite point inside the box. */
export function scatterScales(series: readonly ScatterSeries[], box: PlotBox): ScatterScales {
  return {
    x: linearScale(roundDomain(...extent(allValues(series, 'x')), 6), [box.left, box.right]),
    y: linearScale(roundDomain(...extent(allValues(series, 'y')), 6), [box.bottom, box.top]),
  };
}

/** Pixel size of a cell that holds at most one point of a series: a second one there could not be seen. */
const CELL = 0.75;

/** Indices of the points that can be told apart on screen, in order; points that are not finite are left out. */
export function visiblePoints(series: ScatterSeries, scales: ScatterScales): number[] {
  const seen = new Set<string>();
  const kept: number[] = [];
  for (let i = 0; i < series.x.length; i++) {
    const px = scales.x.at(series.x[i] as number);
    const py = scales.y.at(series.y[i] as number);
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    const cell = `${Math.round(px / CELL)} ${Math.round(py / CELL)}`;
    if (seen.has(cell)) continue;
    seen.add(cell);
    kept.push(i);
  }
  return kept;
}

export interface NearestPoint {
  readonly series: ScatterSeries;
  readonly index: number;
  readonly px: number;
  readonly py: number;
}

/** The point nearest to a pixel and at most `reach` pixels from it; later series win ties, because they are drawn on top. */
export function nearestPoint(
  series: readonly ScatterSeries[],
  scales: ScatterScales,
  pixel: { readonly x: number; readonly y: number },
  reach: number,
): NearestPoint | undefined {
  let best: NearestPoint | undefined;
  let bestSquare = reach * reach;
  for (const one of series) {
    for (let i = 0; i < one.x.length; i++) {
      const px = scales.x.at(one.x[i] as number);
      const py = scales.y.at(one.y[i] as number);
      const square = (px - pixel.x) ** 2 + (py - pixel.y) ** 2;
      if (square <= bestSquare) {
        bestSquare = square;
        best = { series: one, index: i, px, py };
      }
    }
  }
  return best;
}

function meanAndSd(values: ArrayLike<number>): { mean: number | null; sd: number | null } {
  const finite = Array.from(values).filter(Number.isFinite);
  if (finite.length === 0) return { mean: null, sd: null };
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  if (finite.length < 2) return { mean, sd: null };
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (finite.length - 1)) };
}

/** n, mean and sample standard deviation of every series on both axes: what the keyboard has in place of hovering. */
export function scatterTable(series: readonly ScatterSeries[], xLabel: string, yLabel: string): FigureTable {
  return {
    columns: [
      { key: 'set', label: 'Set', kind: 'text' },
      { key: 'n', label: 'n', kind: 'count' },
      { key: 'x_mean', label: `${xLabel}, mean`, kind: 'number' },
      { key: 'x_sd', label: `${xLabel}, SD`, kind: 'number' },
      { key: 'y_mean', label: `${yLabel}, mean`, kind: 'number' },
      { key: 'y_sd', label: `${yLabel}, SD`, kind: 'number' },
    ],
    rows: series.map((one) => {
      const [x, y] = [meanAndSd(one.x), meanAndSd(one.y)];
      return {
        set: ROLE_LABELS[one.role],
        n: one.x.length,
        x_mean: x.mean,
        x_sd: x.sd,
        y_mean: y.mean,
        y_sd: y.sd,
      };
    }),
  };
}
