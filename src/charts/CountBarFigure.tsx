/** Counts and shares of groups, side by side for train and test (or any other series): horizontal bars with direct labels. */
import { useId, useState } from 'react';
import { formatCount, formatPercent, formatPercentNumber, formatShare } from '../ui/format.ts';
import { groupStyle } from '../ui/palette.ts';
import { Segmented } from '../ui/Segmented.tsx';
import { BottomAxis } from './Axis.tsx';
import { ChartSvg } from './ChartSvg.tsx';
import { estimateTextWidth, MUTED, SMALL_FONT_SIZE } from './figure-colors.ts';
import { FigureCard } from './FigureCard.tsx';
import type { FigureFrame } from './figure-frame.ts';
import { Bar, PatternDefs } from './figure-marks.tsx';
import type { FigureTable } from './figure-table.ts';
import type { FigureGroup } from './group-scores.ts';
import { linearScale, roundDomain, roundTicks } from './scale.ts';

export interface CountSeries {
  readonly key: string;
  /** "train", "test". */
  readonly label: string;
  /** Count of every group, in the order of `groups`. */
  readonly counts: readonly number[];
}

export interface GroupCounts {
  /** What is counted, plural: "images", "subjects". */
  readonly counted: string;
  readonly groups: readonly FigureGroup[];
  readonly series: readonly CountSeries[];
}

export interface CountBarFigureProps extends FigureFrame, GroupCounts {
  /** Filters to a group's subjects. */
  readonly onSelect?: (groupKey: string) => void;
}

type Length = 'count' | 'share';
const LENGTHS = [
  { value: 'count', label: 'Counts' },
  { value: 'share', label: 'Shares' },
] as const;

const BAR_HEIGHT = 14;
const BAR_STEP = 16;
const GROUP_GAP = 10;
const AXIS_HEIGHT = 40;
/** Series after the first are paler, so that they read as the same group. */
const STRENGTHS = [1, 0.5, 0.25] as const;

function total(series: CountSeries): number {
  return series.counts.reduce((sum, count) => sum + count, 0);
}

/** One row per group; count and share of every series, shares of that series' total, unknown included. */
export function groupCountTable({ groups, series, counted }: GroupCounts): FigureTable {
  return {
    columns: [
      { key: 'group', label: 'Group', kind: 'text' },
      ...series.flatMap(({ key, label }) => [
        { key: `${key}_n`, label: `n ${counted}, ${label}`, kind: 'count' as const },
        { key: `${key}_share`, label: `Share of ${label}`, kind: 'percent' as const },
      ]),
    ],
    rows: groups.map((group, g) => ({
      group: group.label,
      ...Object.fromEntries(
        series.flatMap((one) => {
          const count = one.counts[g] ?? 0;
          return [
            [`${one.key}_n`, count],
            [`${one.key}_share`, total(one) === 0 ? null : count / total(one)],
          ];
        }),
      ),
    })),
  };
}

interface ChartProps {
  readonly data: GroupCounts;
  readonly length: Length;
  readonly width: number;
  readonly height: number;
  readonly onSelect: ((groupKey: string) => void) | undefined;
}

function CountBarChart({ data, length, width, height, onSelect }: ChartProps) {
  const figureId = useId();
  const { groups, series, counted } = data;
  const styles = groups.map((group) => groupStyle(group.styleIndex));
  const seriesWidth =
    series.length < 2
      ? 0
      : Math.max(...series.map((one) => estimateTextWidth(one.label, SMALL_FONT_SIZE))) + 8;
  const labelWidth =
    Math.min(width * 0.35, Math.max(0, ...groups.map((group) => estimateTextWidth(group.label)))) + 8;
  const left = labelWidth + seriesWidth;
  const bars = groups.flatMap((group, g) =>
    series.map((one, s) => {
      const count = one.counts[g] ?? 0;
      const sum = total(one);
      const y = g * (series.length * BAR_STEP + GROUP_GAP) + s * BAR_STEP + GROUP_GAP / 2;
      return {
        group,
        g,
        one,
        s,
        count,
        sum,
        y,
        value: length === 'count' ? count : sum === 0 ? 0 : count / sum,
      };
    }),
  );
  const highest = Math.max(0, ...bars.map((bar) => bar.value));
  const [, max] = roundDomain(0, highest === 0 ? 1 : highest, 4);
  const widestLabel = Math.max(
    0,
    ...bars.map(({ count, sum }) => estimateTextWidth(formatShare(count, sum), SMALL_FONT_SIZE)),
  );
  const scale = linearScale([0, max], [left, width - widestLabel - 12]);
  const bottom = height - AXIS_HEIGHT;

  return (
    <ChartSvg
      width={width}
      height={height}
      summary={`Number of ${counted} by group. ${groups
        .map(
          (group, g) =>
            `${group.label}: ${series.map((one) => `${one.label} ${formatShare(one.counts[g] ?? 0, total(one))}`).join(', ')}`,
        )
        .join('. ')}.`}
      marks={bars.map(({ group, one, count, sum, y, value }) => ({
        id: `${group.key}/${one.key}`,
        x: left,
        y,
        width: width - left,
        height: BAR_STEP,
        tipX: scale.at(value),
        lines: [
          series.length < 2 ? group.label : `${group.label}, ${one.label}`,
          `n = ${formatCount(count)}`,
          `${formatPercent(sum === 0 ? null : count / sum)} of ${formatCount(sum)} ${counted}`,
        ],
        onSelect: onSelect === undefined ? undefined : () => onSelect(group.key),
      }))}
    >
      <PatternDefs figureId={figureId} styles={styles} />
      <BottomAxis
        scale={scale}
        ticks={roundTicks(0, max, 4)}
        format={(value) =>
          length === 'count' ? formatCount(value) : formatPercentNumber(value, max < 0.05 ? 1 : 0)
        }
        title={length === 'count' ? `Number of ${counted}` : `Share of ${counted} (%)`}
        top={0}
        bottom={bottom}
      />
      {groups.map((group, g) => (
        <text
          key={group.key}
          x={labelWidth - 8}
          y={g * (series.length * BAR_STEP + GROUP_GAP) + GROUP_GAP / 2 + (series.length * BAR_STEP) / 2 - 1}
          dy="0.35em"
          textAnchor="end"
        >
          {group.label}
        </text>
      ))}
      {bars.map(({ group, g, one, s, count, sum, y, value }) => (
        <g key={`${group.key}/${one.key}`}>
          {series.length > 1 && (
            <text
              x={left - 6}
              y={y + BAR_HEIGHT / 2}
              dy="0.35em"
              textAnchor="end"
              fontSize={SMALL_FONT_SIZE}
              fill={MUTED}
            >
              {one.label}
            </text>
          )}
          <Bar
            figureId={figureId}
            style={styles[g] as (typeof styles)[number]}
            x={left}
            y={y}
            width={scale.at(value) - left}
            height={BAR_HEIGHT}
            strength={STRENGTHS[Math.min(s, STRENGTHS.length - 1)] as number}
          />
          <text x={scale.at(value) + 6} y={y + BAR_HEIGHT / 2} dy="0.35em" fontSize={SMALL_FONT_SIZE}>
            {formatShare(count, sum)}
          </text>
        </g>
      ))}
    </ChartSvg>
  );
}

/** Counts and shares by group. Several series start as shares, because their totals differ. */
export function CountBarFigure(props: CountBarFigureProps) {
  const [chosen, setLength] = useState<Length>();
  const length = chosen ?? (props.series.length > 1 ? 'share' : 'count');
  const height = props.groups.length * (props.series.length * BAR_STEP + GROUP_GAP) + AXIS_HEIGHT;
  return (
    <FigureCard
      {...props}
      controls={
        <>
          {props.controls}
          <Segmented label="Length of bars" choices={LENGTHS} value={length} onChange={setLength} />
        </>
      }
      table={groupCountTable(props)}
      height={Math.max(120, height)}
      renderChart={(width) => (
        <CountBarChart data={props} length={length} width={width} height={height} onSelect={props.onSelect} />
      )}
    />
  );
}
