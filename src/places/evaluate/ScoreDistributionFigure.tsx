/** The distribution of single images' scores by group: a box for every group, single images as points. */
import { useId } from 'react';
import { BottomAxis } from '../../charts/Axis.tsx';
import { ChartSvg } from '../../charts/ChartSvg.tsx';
import { FigureCard } from '../../charts/FigureCard.tsx';
import { estimateTextWidth, INK, MUTED, SMALL_FONT_SIZE } from '../../charts/figure-colors.ts';
import type { FigureFrame } from '../../charts/figure-frame.ts';
import { Bar, PatternDefs, Point } from '../../charts/figure-marks.tsx';
import type { FigureTable } from '../../charts/figure-table.ts';
import { type FigureGroup, POINTS_BELOW } from '../../charts/group-scores.ts';
import { jitter, linearScale, roundTicks } from '../../charts/scale.ts';
import { formatCount, formatPercent, formatPercentNumber } from '../../ui/format.ts';
import { groupStyle } from '../../ui/palette.ts';
import { type FiveNumbers, fiveNumbers } from './five-numbers.ts';

export interface DistributionRow {
  readonly group: FigureGroup;
  readonly values: readonly number[];
}

export interface ScoreDistributionFigureProps extends FigureFrame {
  readonly metric: string;
  readonly rows: readonly DistributionRow[];
  readonly minimumCount: number;
}

const ROW_HEIGHT = 44;
const TOP = 8;
const FOOT = 44;

/** One row for every group. */
export function distributionTable(metric: string, rows: readonly DistributionRow[]): FigureTable {
  return {
    columns: [
      { key: 'group', label: 'Group', kind: 'text' },
      { key: 'n', label: 'n images', kind: 'count' },
      { key: 'mean', label: `Mean ${metric}`, kind: 'percent' },
      { key: 'p5', label: '5th percentile', kind: 'percent' },
      { key: 'q1', label: 'Lower quartile', kind: 'percent' },
      { key: 'median', label: 'Median', kind: 'percent' },
      { key: 'q3', label: 'Upper quartile', kind: 'percent' },
      { key: 'p95', label: '95th percentile', kind: 'percent' },
    ],
    rows: rows.map(({ group, values }) => {
      const five = fiveNumbers(values);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { group: group.label, n: values.length, mean, ...five };
    }),
  };
}

interface BoxProps {
  readonly row: DistributionRow;
  readonly y: number;
  readonly at: (value: number) => number;
  readonly figureId: string;
  readonly isHollow: boolean;
}

function Box({ row, y, at, figureId, isHollow }: BoxProps) {
  const style = groupStyle(row.group.styleIndex);
  const five: FiveNumbers = fiveNumbers(row.values);
  const isSmall = row.values.length < POINTS_BELOW;
  const points = isSmall ? row.values : row.values.filter((value) => value < five.p5 || value > five.p95);
  return (
    <g>
      <path
        d={`M${at(five.p5)} ${y}H${at(five.q1)}M${at(five.q3)} ${y}H${at(five.p95)}M${at(five.p5)} ${y - 5}v10M${at(five.p95)} ${y - 5}v10`}
        stroke={INK}
        fill="none"
      />
      <Bar
        figureId={figureId}
        style={style}
        x={at(five.q1)}
        y={y - 10}
        width={at(five.q3) - at(five.q1)}
        height={20}
        isHollow={isHollow}
        strength={0.55}
      />
      <line
        x1={at(five.median)}
        x2={at(five.median)}
        y1={y - 12}
        y2={y + 12}
        stroke={INK}
        strokeWidth={2.5}
      />
      {points.map((value, i) => (
        <Point
          // A strip's points have no identity beside their place.
          // oxlint-disable-next-line react/no-array-index-key
          key={i}
          style={style}
          x={at(value)}
          y={y + jitter(i) * 26}
          r={3}
        />
      ))}
    </g>
  );
}

/** Boxes on an axis from 0 to 100 %. */
export function ScoreDistributionFigure(props: ScoreDistributionFigureProps) {
  const { metric, rows, minimumCount } = props;
  const figureId = useId();
  const height = TOP + FOOT + Math.max(2, rows.length) * ROW_HEIGHT;
  const labels = rows.map(({ group, values }) => `${group.label} (n = ${formatCount(values.length)})`);
  const left = Math.min(
    240,
    Math.max(80, ...labels.map((label) => estimateTextWidth(label, SMALL_FONT_SIZE) + 12)),
  );
  const summary = rows
    .map(({ values }, i) => {
      const { median, q1, q3 } = fiveNumbers(values);
      return `${labels[i]}: median ${formatPercent(median)}, quartiles ${formatPercent(q1)} to ${formatPercent(q3)}`;
    })
    .join('; ');
  return (
    <FigureCard
      {...props}
      table={distributionTable(metric, rows)}
      height={height}
      renderChart={(width) => {
        const scale = linearScale([0, 1], [left, width - 16]);
        const at = (value: number) => scale.at(value);
        const middle = (row: number) => TOP + (row + 0.5) * ROW_HEIGHT;
        return (
          <ChartSvg
            width={width}
            height={height}
            summary={`${metric} of single images. ${summary}.`}
            marks={rows.map(({ group, values }, i) => {
              const { median, q1, q3, p5, p95 } = fiveNumbers(values);
              return {
                id: group.key,
                x: left,
                y: middle(i) - ROW_HEIGHT / 2,
                width: width - 16 - left,
                height: ROW_HEIGHT,
                tipX: at(median),
                tipY: middle(i) - 12,
                lines: [
                  labels[i] ?? group.label,
                  `median ${formatPercent(median)}, quartiles ${formatPercent(q1)} to ${formatPercent(q3)}`,
                  `5th to 95th percentile ${formatPercent(p5)} to ${formatPercent(p95)}`,
                ],
              };
            })}
          >
            <PatternDefs figureId={figureId} styles={rows.map(({ group }) => groupStyle(group.styleIndex))} />
            <BottomAxis
              scale={scale}
              ticks={roundTicks(0, 1, 10)}
              format={(value) => formatPercentNumber(value, 0)}
              title={`${metric} (%)`}
              top={TOP}
              bottom={height - FOOT}
            />
            {rows.map((row, i) => (
              <g key={row.group.key}>
                <text
                  x={left - 8}
                  y={middle(i)}
                  dy="0.35em"
                  textAnchor="end"
                  fontSize={SMALL_FONT_SIZE}
                  fill={MUTED}
                >
                  {labels[i]}
                </text>
                <Box
                  row={row}
                  y={middle(i)}
                  at={at}
                  figureId={figureId}
                  isHollow={row.values.length < minimumCount}
                />
              </g>
            ))}
          </ChartSvg>
        );
      }}
    />
  );
}
