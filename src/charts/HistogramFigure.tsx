/** Distribution of one quantity over images or subjects: ages, Dice of single images. */
import { useId } from 'react';
import { formatCount, formatNumber, formatPercentNumber } from '../ui/format.ts';
import { groupStyle } from '../ui/palette.ts';
import { HaloText } from './annotations.tsx';
import { BottomAxis, LeftAxis } from './Axis.tsx';
import { ChartSvg } from './ChartSvg.tsx';
import { INK } from './figure-colors.ts';
import { FigureCard } from './FigureCard.tsx';
import { extendCaption } from './figure-frame.ts';
import type { FigureFrame } from './figure-frame.ts';
import { Bar } from './figure-marks.tsx';
import type { FigureTable } from './figure-table.ts';
import { histogramBins, linearScale, roundDomain, roundTicks } from './scale.ts';

export interface HistogramData {
  /** "Age". */
  readonly quantity: string;
  /** "years"; absent for a bare number and for shares. */
  readonly unit?: string;
  /** `share`: fractions, read as percent. */
  readonly kind: 'number' | 'share';
  /** What is counted, plural. */
  readonly counted: string;
  /** One per image or subject; NaN where it is not known. */
  readonly values: readonly number[];
}

export interface HistogramFigureProps extends FigureFrame, HistogramData {
  /** Filters to the values in [low, high). */
  readonly onSelect?: (low: number, high: number) => void;
}

const HEIGHT = 260;
const LEFT = 60;
const RIGHT = 24;
const MAX_BINS = 30;

/** One row per bin. */
export function histogramTable({ quantity, unit, kind, counted, values }: HistogramData): FigureTable {
  const columnKind = kind === 'share' ? 'percent' : 'number';
  const withUnit = unit === undefined ? {} : { unit };
  return {
    columns: [
      { key: 'from', label: `${quantity} from`, kind: columnKind, ...withUnit },
      { key: 'below', label: 'below', kind: columnKind, ...withUnit },
      { key: 'n', label: `n ${counted}`, kind: 'count' },
    ],
    rows: histogramBins(values, MAX_BINS).map((bin) => ({ from: bin.low, below: bin.high, n: bin.count })),
  };
}

/** How a value reads, and its unit after a number and in an axis title. */
function wording({ kind, unit }: HistogramData) {
  if (kind === 'share')
    return { format: (value: number | undefined) => formatPercentNumber(value), suffix: '%', axisUnit: '%' };
  return {
    format: (value: number | undefined) => formatNumber(value),
    suffix: unit === undefined ? '' : ` ${unit}`,
    axisUnit: unit,
  };
}

/** Median of the finite values; undefined when there are none. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return undefined;
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** n, number unknown, bin width and convention: what the caption adds to the place's own words. */
export function describeHistogram(data: HistogramData): string {
  const { quantity, counted, values } = data;
  const { format, suffix } = wording(data);
  const known = values.filter(Number.isFinite).length;
  const bin = histogramBins(values, MAX_BINS)[0];
  return (
    [
      `n = ${formatCount(known)} ${counted}`,
      ...(known === values.length
        ? []
        : [`${quantity.toLowerCase()} unknown for ${formatCount(values.length - known)}`]),
      ...(bin === undefined ? [] : [`bins of ${format(bin.high - bin.low)}${suffix}, lower edge included`]),
    ].join('; ') + '.'
  );
}

interface ChartProps {
  readonly data: HistogramData;
  readonly width: number;
  readonly onSelect: ((low: number, high: number) => void) | undefined;
}

function HistogramChart({ data, width, onSelect }: ChartProps) {
  const figureId = useId();
  const { quantity, counted, values } = data;
  const { format, suffix, axisUnit } = wording(data);
  const bins = histogramBins(values, MAX_BINS);
  const median = medianOf(values);
  const [first, last] = [bins[0], bins.at(-1)];
  const [top, bottom] = [22, HEIGHT - 40];
  const xScale = linearScale([first?.low ?? 0, last?.high ?? 1], [LEFT, width - RIGHT]);
  const [, most] = roundDomain(0, Math.max(1, ...bins.map((bin) => bin.count)), 5);
  const yScale = linearScale([0, most], [bottom, top]);
  const title = axisUnit === undefined ? quantity : `${quantity} (${axisUnit})`;
  return (
    <ChartSvg
      width={width}
      height={HEIGHT}
      summary={`Histogram of ${quantity.toLowerCase()}. ${describeHistogram(data)} Median ${format(median)}${suffix}, from ${format(first?.low)} to ${format(last?.high)}.`}
      marks={bins.map((bin) => ({
        id: String(bin.low),
        x: xScale.at(bin.low),
        y: top,
        width: xScale.at(bin.high) - xScale.at(bin.low),
        height: bottom - top,
        tipY: yScale.at(bin.count),
        lines: [
          `${format(bin.low)} to ${format(bin.high)}${suffix}`,
          `n = ${formatCount(bin.count)} ${counted}`,
        ],
        onSelect: onSelect === undefined ? undefined : () => onSelect(bin.low, bin.high),
      }))}
    >
      <LeftAxis
        scale={yScale}
        ticks={roundTicks(0, most, 5).filter(Number.isInteger)}
        format={formatCount}
        title={`Number of ${counted}`}
        left={LEFT}
        right={width - RIGHT}
      />
      {bins.map((bin) => (
        <Bar
          key={bin.low}
          figureId={figureId}
          style={groupStyle(0)}
          x={xScale.at(bin.low) + 0.5}
          y={yScale.at(bin.count)}
          width={xScale.at(bin.high) - xScale.at(bin.low) - 1}
          height={bottom - yScale.at(bin.count)}
          strength={0.75}
        />
      ))}
      <BottomAxis
        scale={xScale}
        ticks={roundTicks(xScale.min, xScale.max, 8)}
        format={format}
        title={title}
        top={bottom}
        bottom={bottom}
      />
      {median !== undefined && (
        <g>
          <line
            x1={xScale.at(median)}
            x2={xScale.at(median)}
            y1={top - 4}
            y2={bottom}
            stroke={INK}
            strokeDasharray="5 3"
          />
          <HaloText x={xScale.at(median)} y={top - 8} anchor="middle">
            {`median ${format(median)}${suffix}`}
          </HaloText>
        </g>
      )}
    </ChartSvg>
  );
}

/** A histogram in round bins with its median; values that are not known are counted in the caption. */
export function HistogramFigure(props: HistogramFigureProps) {
  return (
    <FigureCard
      {...props}
      caption={extendCaption(props, describeHistogram(props))}
      table={histogramTable(props)}
      height={HEIGHT}
      renderChart={(width) => <HistogramChart data={props} width={width} onSelect={props.onSelect} />}
    />
  );
}
