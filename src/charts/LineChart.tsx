/** Lines over steps: values thinned to the pixels, a symbol every so often as the second signal beside the colour. */
import { INK } from './figure-colors.ts';
import { BottomAxis, LeftAxis } from './Axis.tsx';
import { ChartSvg } from './ChartSvg.tsx';
import { Point } from './figure-marks.tsx';
import { Legend, legendHeight } from './Legend.tsx';
import {
  describeLines,
  formatTick,
  formatValue,
  type LineData,
  type LineSeries,
  placesOf,
  valueTitle,
} from './line-figure.ts';
import { calmEnd, choose, indexAt, type LinePoints, thin } from './line-series.ts';
import type { Mark } from './MarkLayer.tsx';
import { type LinearScale, linearScale, roundDomain, roundTicks } from './scale.ts';
import { formatCount } from '../ui/format.ts';

const LEFT = 60;
const RIGHT = 20;
/** Below the plot: tick labels and the title of the axis. */
const BOTTOM = 40;
/** Fewer points are all drawn as symbols. */
const ALL_SYMBOLS_BELOW = 40;
const SYMBOLS_ON_A_LINE = 6;
/** Areas that answer the pointer, each with the values at one x. */
const MAX_MARKS = 60;

interface Scales {
  readonly x: LinearScale;
  readonly y: LinearScale;
}

function pathOf({ x, y }: LinePoints, scales: Scales): string {
  const at = (i: number) =>
    `${scales.x.at(x[i] as number).toFixed(1)} ${scales.y.at(y[i] as number).toFixed(1)}`;
  return Array.from(x, (_, i) => `${i === 0 ? 'M' : 'L'}${at(i)}`).join('');
}

/** Which points of a line carry a symbol: all of few, else some, evenly spread, the last among them. */
function symbolIndices(count: number): readonly number[] {
  if (count < ALL_SYMBOLS_BELOW) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: SYMBOLS_ON_A_LINE }, (_, i) =>
    Math.round(((i + 1) * (count - 1)) / SYMBOLS_ON_A_LINE),
  );
}

function Line({ series, scales, width }: { series: LineSeries; scales: Scales; width: number }) {
  const { style, points, isFaint = false } = series;
  return (
    <g>
      <path
        d={pathOf(thin(points, Math.max(50, Math.floor(width / 2))), scales)}
        fill="none"
        stroke={style.color}
        strokeWidth={isFaint ? 1 : 1.75}
        strokeOpacity={isFaint ? 0.35 : 1}
        strokeLinejoin="round"
        data-line={series.key}
      />
      {!isFaint &&
        symbolIndices(points.x.length).map((i) => (
          <Point
            key={i}
            style={style}
            x={scales.x.at(points.x[i] as number)}
            y={scales.y.at(points.y[i] as number)}
            r={4}
          />
        ))}
    </g>
  );
}

function legendItems(series: readonly LineSeries[]) {
  return series.map(({ key, label, style, isFaint = false }) => ({
    key,
    label,
    symbol: (
      <>
        <path
          d="M-7 0h14"
          stroke={style.color}
          strokeWidth={isFaint ? 1 : 1.75}
          strokeOpacity={isFaint ? 0.5 : 1}
        />
        {!isFaint && <Point style={style} x={0} y={0} r={4} />}
      </>
    ),
  }));
}

/** One area for each x, from half way to its neighbour on the left to half way to that on the right. */
function marksOf(data: LineData, scales: Scales, top: number, bottom: number): readonly Mark[] {
  const places = choose(placesOf(data.series), MAX_MARKS);
  return Array.from(places, (place, i) => {
    const centre = scales.x.at(place);
    const from = i === 0 ? centre - 6 : (scales.x.at(places[i - 1] as number) + centre) / 2;
    const to = i === places.length - 1 ? centre + 6 : (scales.x.at(places[i + 1] as number) + centre) / 2;
    const lines = data.series.flatMap(({ label, points }) => {
      const value = points.y[indexAt(points, place)];
      return value === undefined ? [] : [`${label}: ${formatValue(data, value)}`];
    });
    return {
      id: String(place),
      x: from,
      y: top,
      width: to - from,
      height: bottom - top,
      lines: [`${data.xLabel} ${formatCount(place)}`, ...lines],
    };
  });
}

/** Range of y: from 0 (or the lowest, where that is below) to a round number above all; 0 to 1 for shares. */
function rangeOf({ kind, series }: LineData): [number, number] {
  if (kind === 'share') return [0, 1];
  let [least, most] = [0, 0];
  for (const { points } of series) {
    for (const value of points.y) {
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return most === least ? [0, 1] : roundDomain(least, most, 5);
}

function summaryOf(data: LineData): string {
  const lasts = data.series.flatMap(({ label, points, isFaint = false }) => {
    const last = points.y.at(-1);
    return isFaint || last === undefined ? [] : [`${label} ${formatValue(data, last)}`];
  });
  return `${valueTitle(data)} over ${data.xLabel}s. ${describeLines(data)} Last values: ${lasts.join(', ')}.`;
}

export interface LineChartProps {
  readonly data: LineData;
  readonly width: number;
  readonly height: number;
}

/** The chart without its card. */
export function LineChart({ data, width, height }: LineChartProps) {
  const items = legendItems(data.series);
  const right = width - RIGHT;
  const top = (items.length > 1 ? legendHeight(items, right - LEFT) : 0) + 8;
  const bottom = height - BOTTOM;
  const range = rangeOf(data);
  const lastX = data.series.reduce((last, { points }) => Math.max(last, points.x.at(-1) ?? 0), 0);
  const scales = {
    x: linearScale([0, calmEnd(lastX, data.xEnd)], [LEFT, right]),
    y: linearScale(range, [bottom, top]),
  };
  return (
    <ChartSvg
      width={width}
      height={height}
      summary={summaryOf(data)}
      marks={marksOf(data, scales, top, bottom)}
    >
      <LeftAxis
        scale={scales.y}
        ticks={roundTicks(range[0], range[1], 5)}
        format={(value) => formatTick(data, value)}
        title={valueTitle(data)}
        left={LEFT}
        right={right}
      />
      <BottomAxis
        scale={scales.x}
        ticks={roundTicks(0, scales.x.max, 8).filter(Number.isInteger)}
        format={formatCount}
        title={`${data.xLabel.charAt(0).toUpperCase()}${data.xLabel.slice(1)}`}
        top={bottom}
        bottom={bottom}
      />
      <path d={`M${LEFT} ${bottom}H${right}`} stroke={INK} strokeOpacity={0.4} />
      {data.series.map((series) => (
        <Line key={series.key} series={series} scales={scales} width={width} />
      ))}
      {items.length > 1 && <Legend items={items} x={LEFT} width={right - LEFT} />}
    </ChartSvg>
  );
}
