/** A selection's distance to the target among random draws of the same size: a strip of draws, the selection marked. */
import { formatCount, formatNumber, formatPercent } from '../ui/format.ts';
import { HaloText } from './annotations.tsx';
import { BottomAxis, LeftAxis } from './Axis.tsx';
import { ChartSvg } from './ChartSvg.tsx';
import { locateInDraws } from './draw-position.ts';
import { FigureCard } from './FigureCard.tsx';
import { extendCaption } from './figure-frame.ts';
import type { FigureFrame } from './figure-frame.ts';
import { Bar, Point } from './figure-marks.tsx';
import type { FigureTable } from './figure-table.ts';
import type { Mark } from './MarkLayer.tsx';
import { ROLE_STYLES } from './roles.ts';
import { histogramBins, linearScale, roundDomain, roundTicks } from './scale.ts';

export interface DrawDistances {
  /** Quantity with its unit or convention: "Fréchet distance to the target". */
  readonly metric: string;
  /** Number of images in the selection and in every draw. */
  readonly selectionSize: number;
  readonly selectionDistance: number;
  readonly poolDistance: number | null;
  readonly drawDistances: readonly number[];
}

export type DistributionFigureProps = FigureFrame & DrawDistances;

const HEIGHT = 240;
const LEFT = 16;
const RIGHT = 16;
/** More draws than this are drawn as a histogram: single points would hide each other. */
const STRIP_MAX = 60;

/** The selection, the pool, and every draw: one row each. */
export function drawDistanceTable({
  metric,
  selectionDistance,
  poolDistance,
  drawDistances,
}: DrawDistances): FigureTable {
  return {
    columns: [
      { key: 'set', label: 'Set', kind: 'text' },
      { key: 'distance', label: metric, kind: 'number' },
    ],
    rows: [
      { set: 'Selection', distance: selectionDistance },
      { set: 'Whole pool', distance: poolDistance },
      ...drawDistances.map((distance, i) => ({ set: `Random draw ${i + 1}`, distance })),
    ],
  };
}

/** Where the selection lies among the draws, in a sentence: percentile, z-score, n. */
export function describeDrawPosition({ selectionDistance, drawDistances }: DrawDistances): string {
  const position = locateInDraws(selectionDistance, drawDistances);
  if (position === undefined) return 'There are no random draws to compare with.';
  const { drawCount, mean, sd, z, belowCount, equalCount, percentileFrac } = position;
  const rank =
    belowCount + equalCount === 0
      ? `below all ${formatCount(drawCount)} random draws`
      : belowCount === drawCount
        ? `above all ${formatCount(drawCount)} random draws`
        : `at the ${formatPercent(percentileFrac, 0)} point of ${formatCount(drawCount)} random draws`;
  return (
    `Selection ${formatNumber(selectionDistance)}, ${rank} ` +
    `(mean ${formatNumber(mean)}, SD ${formatNumber(sd)}, z = ${z === null ? 'not defined' : formatNumber(z, 3)}).`
  );
}

interface ChartProps {
  readonly data: DrawDistances;
  readonly width: number;
}

function DistributionChart({ data, width }: ChartProps) {
  const { metric, selectionDistance, poolDistance, selectionSize } = data;
  const draws = data.drawDistances.filter(Number.isFinite);
  const references = [
    { key: 'selection' as const, label: 'selection', value: selectionDistance },
    ...(poolDistance === null ? [] : [{ key: 'pool' as const, label: 'whole pool', value: poolDistance }]),
  ].filter(({ value }) => Number.isFinite(value));
  const shown = [...draws, ...references.map(({ value }) => value)];
  const domain =
    shown.length === 0 ? ([0, 1] as const) : roundDomain(Math.min(...shown), Math.max(...shown), 6);
  const [top, bottom] = [56, HEIGHT - 40];
  const isStrip = draws.length <= STRIP_MAX;
  const left = isStrip ? LEFT : LEFT + 44;
  const scale = linearScale(domain, [left + 8, width - RIGHT - 8]);
  const drawn = locateInDraws(selectionDistance, draws);
  const bins = isStrip ? [] : histogramBins(draws, 30);
  const [, most] = roundDomain(0, Math.max(1, ...bins.map((bin) => bin.count)), 4);
  const rowY = linearScale([0, most], [bottom, top + 18]);
  const drawStyle = { color: ROLE_STYLES.pool.color, shape: 'circle', pattern: 'solid' } as const;
  const stripY = stripRows(draws.map((value) => scale.at(value))).map((row) => bottom - 9 - row * 10);

  const marks: Mark[] = [
    ...(isStrip
      ? draws.map((value, i) => ({
          id: `draw-${i}`,
          x: scale.at(value) - 6,
          y: (stripY[i] as number) - 6,
          width: 12,
          height: 12,
          lines: [
            `Random draw ${i + 1}`,
            `n = ${formatCount(selectionSize)}`,
            `${metric} ${formatNumber(value)}`,
          ],
        }))
      : bins.map((bin) => ({
          id: `bin-${bin.low}`,
          x: scale.at(bin.low),
          y: rowY.at(bin.count),
          width: scale.at(bin.high) - scale.at(bin.low),
          height: bottom - rowY.at(bin.count),
          lines: [
            `${formatNumber(bin.low)} to ${formatNumber(bin.high)}`,
            `${formatCount(bin.count)} random draws`,
          ],
        }))),
    ...references.map(({ key, label, value }) => ({
      id: key,
      x: scale.at(value) - 6,
      y: 8,
      width: 12,
      height: bottom - 20,
      tipY: 60,
      lines: [label, `${metric} ${formatNumber(value)}`],
    })),
  ];

  return (
    <ChartSvg
      width={width}
      height={HEIGHT}
      summary={`${metric}. ${describeDrawPosition(data)}`}
      marks={marks}
    >
      <BottomAxis
        scale={scale}
        ticks={roundTicks(scale.min, scale.max, 6)}
        format={(value) => formatNumber(value)}
        title={metric}
        top={top}
        bottom={bottom}
      />
      {!isStrip && (
        <LeftAxis
          scale={rowY}
          ticks={roundTicks(0, most, 4).filter(Number.isInteger)}
          format={formatCount}
          title="Draws"
          left={left}
          right={width - RIGHT}
        />
      )}
      {bins.map((bin) => (
        <Bar
          key={bin.low}
          figureId=""
          style={drawStyle}
          x={scale.at(bin.low) + 0.5}
          y={rowY.at(bin.count)}
          width={scale.at(bin.high) - scale.at(bin.low) - 1}
          height={bottom - rowY.at(bin.count)}
          strength={0.6}
        />
      ))}
      {isStrip &&
        draws.map((value, i) => (
          // Draws are told apart by their order only.
          // oxlint-disable-next-line react/no-array-index-key
          <Point key={i} style={drawStyle} x={scale.at(value)} y={stripY[i] as number} r={5} />
        ))}
      {drawn !== undefined && (
        <HaloText
          x={Math.min(Math.max(scale.at(drawn.mean), LEFT + 80), width - RIGHT - 80)}
          y={isStrip ? Math.min(...stripY) - 14 : top + 10}
          anchor="middle"
        >
          {`${formatCount(draws.length)} random draws of n = ${formatCount(selectionSize)}`}
        </HaloText>
      )}
      {references.map(({ key, label, value }, i) => {
        const x = scale.at(value);
        const isRight = x > width / 2;
        const y = 14 + i * 18;
        return (
          <g key={key}>
            <line
              x1={x}
              x2={x}
              y1={y + 4}
              y2={bottom}
              stroke={ROLE_STYLES[key].color}
              strokeWidth={key === 'selection' ? 2.5 : 1.5}
              strokeDasharray={key === 'selection' ? undefined : '5 3'}
            />
            {key === 'selection' && <Point style={ROLE_STYLES.selection} x={x} y={y} r={6} />}
            <HaloText x={x + (isRight ? -10 : 10)} y={y + 4} anchor={isRight ? 'end' : 'start'}>
              {`${label} ${formatNumber(value)}`}
            </HaloText>
          </g>
        );
      })}
    </ChartSvg>
  );
}

/** Stacks points that would overlap: the row of each, 0 at the axis. */
function stripRows(xs: readonly number[]): number[] {
  const lastInRow: number[] = [];
  const rows = xs.map(() => 0);
  for (const i of xs.map((_, index) => index).toSorted((a, b) => (xs[a] as number) - (xs[b] as number))) {
    const x = xs[i] as number;
    const free = lastInRow.findIndex((last) => x - last >= 11);
    const row = free === -1 ? lastInRow.length : free;
    lastInRow[row] = x;
    rows[i] = row;
  }
  return rows;
}

/** Distances of random draws with selection and pool marked; the caption ends with rank and z-score. */
export function DistributionFigure(props: DistributionFigureProps) {
  return (
    <FigureCard
      {...props}
      caption={extendCaption(props, describeDrawPosition(props))}
      table={drawDistanceTable(props)}
      height={HEIGHT}
      renderChart={(width) => <DistributionChart data={props} width={width} />}
    />
  );
}
