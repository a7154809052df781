/** Times of named parts as horizontal bars, the longest first: where a step of training spends its time. */
import { useId } from 'react';
import { formatCount, formatNumber, formatPercent } from '../ui/format.ts';
import { groupStyle } from '../ui/palette.ts';
import { BottomAxis } from './Axis.tsx';
import { ChartSvg } from './ChartSvg.tsx';
import { estimateTextWidth, SMALL_FONT_SIZE } from './figure-colors.ts';
import { FigureCard } from './FigureCard.tsx';
import { extendCaption, type FigureFrame } from './figure-frame.ts';
import { Bar } from './figure-marks.tsx';
import type { FigureTable } from './figure-table.ts';
import { linearScale, roundDomain, roundTicks } from './scale.ts';

export interface TimedPart {
  readonly label: string;
  readonly elapsedMs: number;
  /** How often it ran in that time. */
  readonly count: number;
}

export interface TimeBarData {
  readonly parts: readonly TimedPart[];
  /** What `count` counts, plural: "dispatches". */
  readonly counted: string;
}

export interface TimeBarFigureProps extends FigureFrame, TimeBarData {}

const BAR_HEIGHT = 14;
const BAR_STEP = 22;
const TOP = 8;
const AXIS_HEIGHT = 40;
/** Room at the right for "12.3 ms, 45.6%". */
const RIGHT = 110;
/** Height without parts, of the message that says why. */
const EMPTY_HEIGHT = 160;

function sorted(parts: readonly TimedPart[]): readonly TimedPart[] {
  return parts.toSorted((a, b) => b.elapsedMs - a.elapsedMs);
}

function totalMs(parts: readonly TimedPart[]): number {
  return parts.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
}

/** One row for each part, the longest first. */
export function timeTable({ parts, counted }: TimeBarData): FigureTable {
  const total = totalMs(parts);
  return {
    columns: [
      { key: 'part', label: 'Part', kind: 'text' },
      { key: 'time_ms', label: 'Time', unit: 'ms', kind: 'number' },
      { key: 'share', label: 'Share', kind: 'percent' },
      { key: 'n', label: `n ${counted}`, kind: 'count' },
    ],
    rows: sorted(parts).map(({ label, elapsedMs, count }) => ({
      part: label,
      time_ms: elapsedMs,
      share: total === 0 ? null : elapsedMs / total,
      n: count,
    })),
  };
}

function heightOf(parts: readonly TimedPart[]): number {
  return parts.length === 0 ? EMPTY_HEIGHT : TOP + BAR_STEP * parts.length + AXIS_HEIGHT;
}

function TimeBars({ parts, width }: { readonly parts: readonly TimedPart[]; readonly width: number }) {
  const figureId = useId();
  const rows = sorted(parts);
  const total = totalMs(rows);
  const left = Math.min(
    width / 3,
    8 + rows.reduce((most, { label }) => Math.max(most, estimateTextWidth(label)), 0),
  );
  const bottom = TOP + BAR_STEP * rows.length;
  const [, most] = roundDomain(0, rows[0]?.elapsedMs ?? 1, 5);
  const scale = linearScale([0, most], [left, width - RIGHT]);
  const first = rows[0];
  return (
    <ChartSvg
      width={width}
      height={heightOf(parts)}
      summary={`Times of ${rows.length} parts, ${formatNumber(total)} ms in all${first === undefined ? '' : `; the longest is ${first.label} with ${formatPercent(first.elapsedMs / total)}`}.`}
    >
      <BottomAxis
        scale={scale}
        ticks={roundTicks(0, most, 5)}
        format={(value) => formatNumber(value)}
        title="Time (ms)"
        top={TOP}
        bottom={bottom}
      />
      {rows.map(({ label, elapsedMs }, i) => {
        const y = TOP + i * BAR_STEP;
        return (
          <g key={label}>
            <text x={left - 6} y={y + BAR_HEIGHT / 2} dy="0.35em" textAnchor="end">
              {label}
            </text>
            <Bar
              figureId={figureId}
              style={groupStyle(0)}
              x={left}
              y={y}
              width={scale.at(elapsedMs) - left}
              height={BAR_HEIGHT}
              strength={0.75}
            />
            <text x={scale.at(elapsedMs) + 6} y={y + BAR_HEIGHT / 2} dy="0.35em" fontSize={SMALL_FONT_SIZE}>
              {`${formatNumber(elapsedMs, 3)} ms, ${formatPercent(elapsedMs / total)}`}
            </text>
          </g>
        );
      })}
    </ChartSvg>
  );
}

/** The bars with their table. */
export function TimeBarFigure(props: TimeBarFigureProps) {
  const { parts, counted } = props;
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  return (
    <FigureCard
      {...props}
      caption={extendCaption(
        props,
        `${formatNumber(totalMs(parts), 3)} ms in ${formatCount(count)} ${counted}.`,
      )}
      table={timeTable(props)}
      height={heightOf(parts)}
      renderChart={(width) => <TimeBars parts={parts} width={width} />}
    />
  );
}
