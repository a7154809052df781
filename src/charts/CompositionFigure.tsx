/** Who is in pool, target and selection: the share of every group in each, on one row per group. */
import { formatCount, formatPercent, formatPercentNumber, formatShare } from '../ui/format.ts';
import { BottomAxis } from './Axis.tsx';
import { ChartSvg } from './ChartSvg.tsx';
import { estimateTextWidth, INK, MUTED, SMALL_FONT_SIZE } from './figure-colors.ts';
import { FigureCard } from './FigureCard.tsx';
import type { FigureFrame } from './figure-frame.ts';
import { Point } from './figure-marks.tsx';
import type { FigureTable } from './figure-table.ts';
import type { FigureGroup } from './group-scores.ts';
import { Legend, legendHeight } from './Legend.tsx';
import { ROLE_LABELS, ROLE_STYLES } from './roles.ts';
import type { SearchRole } from './roles.ts';
import { linearScale, roundDomain, roundTicks } from './scale.ts';

export interface CompositionPart {
  readonly role: SearchRole;
  /** Count of every group, in the order of `groups`. */
  readonly counts: readonly number[];
}

export interface Composition {
  /** What is counted, plural: "images", "subjects". */
  readonly counted: string;
  readonly groups: readonly FigureGroup[];
  readonly parts: readonly CompositionPart[];
}

export interface CompositionFigureProps extends FigureFrame, Composition {
  /** Filters to a group's subjects. */
  readonly onSelect?: (groupKey: string) => void;
}

const ROW_HEIGHT = 28;
const AXIS_HEIGHT = 40;
const LEGEND_SPACE = 48;
const VALUE_WIDTH = 60;

function total(part: CompositionPart): number {
  return part.counts.reduce((sum, count) => sum + count, 0);
}

function shareFrac(part: CompositionPart, group: number): number | null {
  const sum = total(part);
  return sum === 0 ? null : (part.counts[group] ?? 0) / sum;
}

/** One row per group; count and share in every part, shares of that part's total, unknown included. */
export function compositionTable({ groups, parts, counted }: Composition): FigureTable {
  return {
    columns: [
      { key: 'group', label: 'Group', kind: 'text' },
      ...parts.flatMap(({ role }) => [
        { key: `${role}_n`, label: `${ROLE_LABELS[role]}, n ${counted}`, kind: 'count' as const },
        { key: `${role}_share`, label: `${ROLE_LABELS[role]}, share`, kind: 'percent' as const },
      ]),
    ],
    rows: groups.map((group, g) => ({
      group: group.label,
      ...Object.fromEntries(
        parts.flatMap((part) => [
          [`${part.role}_n`, part.counts[g] ?? 0],
          [`${part.role}_share`, shareFrac(part, g)],
        ]),
      ),
    })),
  };
}

interface ChartProps {
  readonly data: Composition;
  readonly width: number;
  readonly height: number;
  readonly onSelect: ((groupKey: string) => void) | undefined;
}

function CompositionChart({ data, width, height, onSelect }: ChartProps) {
  const { groups, parts, counted } = data;
  const legend = parts.map((part) => ({
    key: part.role,
    label: `${ROLE_LABELS[part.role]} (n = ${formatCount(total(part))})`,
    symbol: <Point style={ROLE_STYLES[part.role]} x={0} y={0} r={6} />,
  }));
  const left =
    Math.min(width * 0.35, Math.max(0, ...groups.map((group) => estimateTextWidth(group.label)))) + 16;
  const right = width - parts.length * VALUE_WIDTH - 16;
  const top = Math.max(LEGEND_SPACE, legendHeight(legend, width) + 20);
  const bottom = height - AXIS_HEIGHT;
  const rowHeight = (bottom - top) / Math.max(1, groups.length);
  const highest = Math.max(0, ...parts.flatMap((part) => groups.map((_, g) => shareFrac(part, g) ?? 0)));
  const [, max] = roundDomain(0, highest === 0 ? 1 : highest, 5);
  const scale = linearScale([0, Math.min(1, max)], [left, right]);
  const rows = groups.map((group, g) => ({
    group,
    y: top + (g + 0.5) * rowHeight,
    shares: parts.map((part) => ({ part, share: shareFrac(part, g), count: part.counts[g] ?? 0 })),
  }));

  return (
    <ChartSvg
      width={width}
      height={height}
      summary={`Share of groups. ${rows
        .map(
          ({ group, shares }) =>
            `${group.label}: ${shares.map(({ part, share }) => `${part.role} ${formatPercent(share)}`).join(', ')}`,
        )
        .join('. ')}.`}
      marks={rows.map(({ group, y, shares }) => ({
        id: group.key,
        x: 0,
        y: y - rowHeight / 2,
        width,
        height: rowHeight,
        tipX: (left + right) / 2,
        lines: [
          group.label,
          ...shares.map(
            ({ part, count }) => `${ROLE_LABELS[part.role]}: ${formatShare(count, total(part))} ${counted}`,
          ),
        ],
        onSelect: onSelect === undefined ? undefined : () => onSelect(group.key),
      }))}
    >
      <Legend items={legend} x={0} width={width} />
      <BottomAxis
        scale={scale}
        ticks={roundTicks(0, scale.max, 5)}
        format={(value) => formatPercentNumber(value, scale.max < 0.05 ? 1 : 0)}
        title={`Share of ${counted} (%)`}
        top={top}
        bottom={bottom}
      />
      {parts.map((part, i) => (
        <text
          key={part.role}
          x={right + 16 + (i + 1) * VALUE_WIDTH}
          y={top - 6}
          textAnchor="end"
          fontSize={SMALL_FONT_SIZE}
          fill={MUTED}
        >
          {ROLE_LABELS[part.role]}
        </text>
      ))}
      {rows.map(({ group, y, shares }) => {
        const defined = shares.flatMap(({ share }) => (share === null ? [] : [share]));
        return (
          <g key={group.key}>
            <text x={left - 12} y={y} dy="0.35em" textAnchor="end">
              {group.label}
            </text>
            {defined.length > 1 && (
              <line
                x1={scale.at(Math.min(...defined))}
                x2={scale.at(Math.max(...defined))}
                y1={y}
                y2={y}
                stroke={MUTED}
                strokeWidth={1.5}
              />
            )}
            {shares.map(({ part, share }, i) => (
              <g key={part.role}>
                {share !== null && <Point style={ROLE_STYLES[part.role]} x={scale.at(share)} y={y} r={6} />}
                <text
                  x={right + 16 + (i + 1) * VALUE_WIDTH}
                  y={y}
                  dy="0.35em"
                  textAnchor="end"
                  fontSize={SMALL_FONT_SIZE}
                  fill={INK}
                >
                  {share === null ? 'n.d.' : formatPercent(share)}
                </text>
              </g>
            ))}
          </g>
        );
      })}
    </ChartSvg>
  );
}

/** Shares of groups in pool, target and selection, with n in the legend and the numbers at the right. */
export function CompositionFigure(props: CompositionFigureProps) {
  const height = Math.max(160, LEGEND_SPACE + props.groups.length * ROW_HEIGHT + AXIS_HEIGHT);
  return (
    <FigureCard
      {...props}
      table={compositionTable(props)}
      height={height}
      renderChart={(width) => (
        <CompositionChart data={props} width={width} height={height} onSelect={props.onSelect} />
      )}
    />
  );
}
