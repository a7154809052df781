/** Drawing of `GroupBarFigure`: bars from 0, or points on a zoomed axis, because the length of a cut bar misleads. */
import { useId } from 'react';
import { formatCount, formatCounted, formatPercent, formatPercentNumber } from '../ui/format.ts';
import { groupStyle } from '../ui/palette.ts';
import { LeftAxis } from './Axis.tsx';
import { ChartSvg } from './ChartSvg.tsx';
import { estimateTextWidth, INK, MUTED, PAPER, SMALL_FONT_SIZE } from './figure-colors.ts';
import { Bar, PatternDefs, Point } from './figure-marks.tsx';
import { groupScoreSummary, POINTS_BELOW, scoreLines } from './group-scores.ts';
import type { FigureGroup, GroupScore, GroupScores, ScorePanel } from './group-scores.ts';
import { Legend, legendHeight } from './Legend.tsx';
import type { LegendItem } from './Legend.tsx';
import { IntervalBar } from './annotations.tsx';
import { jitter, linearScale, roundDomain, roundTicks } from './scale.ts';
import type { LinearScale } from './scale.ts';

const LEFT = 56;
const RIGHT = 8;
const PANEL_GAP = 20;
const BAR_MAX = 46;

export interface GroupBarChartProps {
  readonly scores: GroupScores;
  readonly width: number;
  readonly height: number;
  readonly isZoomed: boolean;
  readonly onSelect?: ((groupKey: string) => void) | undefined;
}

/** The zoomed axis holds all means and intervals; single images may fall below it and are then counted in words. */
function scoreDomain(panels: readonly ScorePanel[], isZoomed: boolean): [number, number] {
  if (!isZoomed) return [0, 1];
  const shown = panels.flatMap((panel) => [
    ...panel.scores.flatMap(({ value, interval }) => [value, interval?.lo ?? null, interval?.hi ?? null]),
    panel.overall?.value ?? null,
  ]);
  const defined = shown.filter((value) => value !== null);
  if (defined.length === 0) return [0, 1];
  const [lowest, highest] = [Math.min(...defined), Math.max(...defined)];
  // Room for the symbols at both ends.
  const margin = (highest - lowest) * 0.03;
  const [low, high] = roundDomain(lowest - margin, highest + margin, 5);
  return [Math.max(0, low), Math.min(1, high)];
}

interface ColumnProps {
  readonly score: GroupScore;
  readonly group: FigureGroup;
  readonly x: number;
  readonly band: number;
  readonly scale: LinearScale;
  readonly isZoomed: boolean;
  readonly isHollow: boolean;
  readonly figureId: string;
}

function ScoreColumn({ score, group, x, band, scale, isZoomed, isHollow, figureId }: ColumnProps) {
  const style = groupStyle(group.styleIndex);
  const barWidth = Math.min(BAR_MAX, band * 0.78);
  const base = scale.at(scale.min);
  const points = score.count < POINTS_BELOW ? (score.points ?? []) : [];
  return (
    <g>
      {score.value === null && (
        <text x={x} y={base - 6} textAnchor="middle" fontSize={SMALL_FONT_SIZE} fill={MUTED}>
          n.d.
        </text>
      )}
      {score.value !== null && !isZoomed && (
        <Bar
          figureId={figureId}
          style={style}
          x={x - barWidth / 2}
          y={scale.at(score.value)}
          width={barWidth}
          height={base - scale.at(score.value)}
          isHollow={isHollow}
        />
      )}
      {points.map((value, i) =>
        value < scale.min || value > scale.max ? null : (
          <circle
            // A strip's points have no identity beside their place.
            // oxlint-disable-next-line react/no-array-index-key
            key={i}
            cx={x + jitter(i) * barWidth * 0.7}
            cy={scale.at(value)}
            r={2}
            fill={INK}
            fillOpacity={0.6}
            stroke={PAPER}
            strokeWidth={0.75}
          />
        ),
      )}
      {score.interval !== null && (
        <IntervalBar x={x} y1={scale.at(score.interval.lo)} y2={scale.at(score.interval.hi)} />
      )}
      {score.value !== null && isZoomed && (
        <Point style={style} x={x} y={scale.at(score.value)} r={5.5} isHollow={isHollow} />
      )}
    </g>
  );
}

interface GroupSymbolProps {
  readonly group: FigureGroup;
  readonly figureId: string;
  readonly isPoint: boolean;
  readonly isHollow: boolean;
}

function GroupSymbol({ group, figureId, isPoint, isHollow }: GroupSymbolProps) {
  const style = groupStyle(group.styleIndex);
  return isPoint ? (
    <Point style={style} x={0} y={0} r={5.5} isHollow={isHollow} />
  ) : (
    <Bar figureId={figureId} style={style} x={-6} y={-6} width={12} height={12} isHollow={isHollow} />
  );
}

/** Grouped bars (or points) of every panel, with intervals, n, and the overall mean as a line. */
export function GroupBarChart({ scores, width, height, isZoomed, onSelect }: GroupBarChartProps) {
  const figureId = useId();
  const { metric, groups, panels, minimumCount } = scores;
  const styles = groups.map((group) => groupStyle(group.styleIndex));
  const legend: LegendItem[] = [
    ...groups.map((group) => ({
      key: group.key,
      label: group.label,
      symbol: (
        <GroupSymbol
          group={group}
          figureId={figureId}
          isPoint={isZoomed}
          isHollow={panels
            .flatMap((panel) => panel.scores.filter((score) => score.group === group.key))
            .every((score) => score.count < minimumCount)}
        />
      ),
    })),
    { key: '', label: 'Overall', symbol: <line x1={-8} x2={8} stroke={INK} strokeDasharray="5 3" /> },
  ];

  const panelWidth = (width - LEFT - RIGHT - PANEL_GAP * (panels.length - 1)) / Math.max(1, panels.length);
  const band = panelWidth / Math.max(1, groups.length);
  const widestCount = Math.max(
    0,
    ...panels.flatMap((panel) =>
      panel.scores.map((score) => estimateTextWidth(formatCount(score.count), SMALL_FONT_SIZE)),
    ),
  );
  const isTight = widestCount > band;
  const top = legendHeight(legend, width - LEFT) + 14;
  const bottom = height - (isTight ? widestCount + 28 : 40);
  const scale = linearScale(scoreDomain(panels, isZoomed), [bottom, top]);
  const isCut = scale.min > 0;
  const hiddenCount = panels
    .flatMap((panel) => panel.scores)
    .flatMap((score) => (score.count < POINTS_BELOW ? (score.points ?? []) : []))
    .filter((value) => value < scale.min || value > scale.max).length;

  const columns = panels.flatMap((panel, p) => {
    const left = LEFT + p * (panelWidth + PANEL_GAP);
    return groups.flatMap((group, g) => {
      const score = panel.scores.find((candidate) => candidate.group === group.key);
      return score === undefined ? [] : [{ panel, group, score, x: left + (g + 0.5) * band }];
    });
  });

  return (
    <ChartSvg
      width={width}
      height={height}
      summary={groupScoreSummary(scores)}
      marks={columns.map(({ panel, group, score, x }) => ({
        id: `${panel.key}/${group.key}`,
        x: x - band / 2,
        y: top,
        width: band,
        height: bottom - top,
        tipY: score.value === null ? bottom : Math.max(top, scale.at(score.interval?.hi ?? score.value)),
        lines: [`${group.label}, ${panel.label}`, ...scoreLines(metric, score)],
        onSelect: onSelect === undefined ? undefined : () => onSelect(group.key),
      }))}
    >
      <PatternDefs figureId={figureId} styles={styles} />
      <Legend items={legend} x={LEFT} width={width - LEFT} />
      <LeftAxis
        scale={scale}
        ticks={roundTicks(scale.min, scale.max, 5)}
        format={(value) => formatPercentNumber(value, scale.max - scale.min < 0.05 ? 1 : 0)}
        title={`${metric} (%)`}
        left={LEFT}
        right={width - RIGHT}
        isCut={isCut}
      />
      {isCut && (
        <text x={width - RIGHT} y={top - 5} textAnchor="end" fontSize={SMALL_FONT_SIZE} fill={MUTED}>
          {`Axis starts at ${formatPercent(scale.min)}, not at 0${hiddenCount === 0 ? '' : `; ${formatCounted(hiddenCount, 'single value')} outside`}`}
        </text>
      )}
      {columns.map(({ panel, group, score, x }) => (
        <g key={`${panel.key}/${group.key}`}>
          <ScoreColumn
            score={score}
            group={group}
            x={x}
            band={band}
            scale={scale}
            isZoomed={isZoomed}
            isHollow={score.count < minimumCount}
            figureId={figureId}
          />
          <text
            x={x}
            y={bottom + 14}
            textAnchor={isTight ? 'end' : 'middle'}
            transform={isTight ? `rotate(-90 ${x + 4} ${bottom + 8}) translate(0 -2)` : undefined}
            fontSize={SMALL_FONT_SIZE}
            fill={MUTED}
          >
            {formatCount(score.count)}
          </text>
        </g>
      ))}
      <text
        x={LEFT - 8}
        y={bottom + 14}
        textAnchor="end"
        fontSize={SMALL_FONT_SIZE}
        fill={MUTED}
        fontStyle="italic"
      >
        n
      </text>
      {panels.map((panel, p) => (
        <PanelFrame
          key={panel.key}
          panel={panel}
          left={LEFT + p * (panelWidth + PANEL_GAP)}
          width={panelWidth}
          labelY={height - 4}
          scale={scale}
        />
      ))}
    </ChartSvg>
  );
}

interface PanelFrameProps {
  readonly panel: ScorePanel;
  readonly left: number;
  readonly width: number;
  readonly labelY: number;
  readonly scale: LinearScale;
}

function PanelFrame({ panel, left, width, labelY, scale }: PanelFrameProps) {
  const overall = panel.overall === null ? '' : formatPercent(panel.overall.value);
  const worded = `  overall ${overall}`;
  const isTight =
    estimateTextWidth(panel.label) + estimateTextWidth(worded, SMALL_FONT_SIZE) > width + PANEL_GAP;
  return (
    <g>
      <text x={left + width / 2} y={labelY} textAnchor="middle">
        <tspan fontWeight={600}>{panel.label}</tspan>
        {panel.overall !== null && (
          <tspan fontSize={SMALL_FONT_SIZE} fill={MUTED}>
            {isTight ? ` ${overall}` : worded}
          </tspan>
        )}
      </text>
      {panel.overall !== null && (
        <line
          x1={left}
          x2={left + width}
          y1={scale.at(panel.overall.value)}
          y2={scale.at(panel.overall.value)}
          stroke={INK}
          strokeDasharray="5 3"
        />
      )}
    </g>
  );
}
