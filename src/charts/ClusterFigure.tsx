/** Clusters of the pool in order of their distance to the target: distance above, members and selected members below. */
import { formatCount, formatCounted, formatNumber } from '../ui/format.ts';
import { LeftAxis } from './Axis.tsx';
import { ChartSvg } from './ChartSvg.tsx';
import { INK, MUTED, PAPER, SMALL_FONT_SIZE } from './figure-colors.ts';
import { FigureCard } from './FigureCard.tsx';
import type { FigureFrame } from './figure-frame.ts';
import type { FigureTable } from './figure-table.ts';
import { Legend } from './Legend.tsx';
import { ROLE_STYLES } from './roles.ts';
import { linearScale, roundDomain, roundTicks } from './scale.ts';

export interface FigureCluster {
  readonly index: number;
  readonly size: number;
  /** Distance to the target; null where it is not defined (a cluster of one has no covariance). */
  readonly distance: number | null;
  readonly selectedCount: number;
}

export interface ClusterDistances {
  /** "Fréchet distance to the target". */
  readonly metric: string;
  /** What is clustered, plural: "images", "subjects". */
  readonly counted: string;
  readonly clusters: readonly FigureCluster[];
}

export interface ClusterFigureProps extends FigureFrame, ClusterDistances {
  /** Filters to a cluster's members. */
  readonly onSelect?: (clusterIndex: number) => void;
}

const HEIGHT = 360;
const LEFT = 64;
const RIGHT = 8;
const TOP = 34;
/** Share of the plot's height for the distances; the rest is for the members. */
const SPLIT = 0.58;

/** Nearest first; equal distances by index; clusters without a distance last. */
export function sortClusters(clusters: readonly FigureCluster[]): FigureCluster[] {
  return clusters.toSorted((a, b) => {
    if (a.distance === null || b.distance === null) {
      return Number(a.distance === null) - Number(b.distance === null) || a.index - b.index;
    }
    return a.distance - b.distance || a.index - b.index;
  });
}

/** One row per cluster in order of distance. */
export function clusterTable({ metric, counted, clusters }: ClusterDistances): FigureTable {
  return {
    columns: [
      { key: 'rank', label: 'Rank', kind: 'count' },
      { key: 'cluster', label: 'Cluster', kind: 'count' },
      { key: 'distance', label: metric, kind: 'number' },
      { key: 'n', label: `n ${counted}`, kind: 'count' },
      { key: 'selected', label: 'Selected', kind: 'count' },
    ],
    rows: sortClusters(clusters).map(({ index, distance, size, selectedCount }, rank) => ({
      rank: rank + 1,
      cluster: index,
      distance,
      n: size,
      selected: selectedCount,
    })),
  };
}

interface ChartProps {
  readonly data: ClusterDistances;
  readonly width: number;
  readonly onSelect: ((clusterIndex: number) => void) | undefined;
}

function ClusterChart({ data, width, onSelect }: ChartProps) {
  const { metric, counted } = data;
  const sorted = sortClusters(data.clusters);
  const distances = sorted.flatMap(({ distance }) => (distance === null ? [] : [distance]));
  const bottom = HEIGHT - 40;
  const middle = TOP + (bottom - TOP) * SPLIT;
  const band = (width - LEFT - RIGHT) / Math.max(1, sorted.length);
  const barWidth = Math.max(0.8, Math.min(24, band * 0.8));
  const xOf = (rank: number): number => LEFT + (rank + 0.5) * band;
  const [, farthest] = roundDomain(0, Math.max(0, ...distances) || 1, 4);
  const distanceScale = linearScale([0, farthest], [middle - 14, TOP]);
  const [, largest] = roundDomain(0, Math.max(1, ...sorted.map(({ size }) => size)), 3);
  const countScale = linearScale([0, largest], [bottom, middle + 10]);
  const { color } = ROLE_STYLES.selection;
  const selectedCount = sorted.reduce((sum, cluster) => sum + cluster.selectedCount, 0);
  const touched = sorted.filter((cluster) => cluster.selectedCount > 0).length;
  const radius = Math.max(1.5, Math.min(4.5, band * 0.42));

  return (
    <ChartSvg
      width={width}
      height={HEIGHT}
      summary={`${metric} of ${formatCounted(sorted.length, 'cluster')}, from ${formatNumber(distances[0])} to ${formatNumber(distances.at(-1))}. ${formatCount(selectedCount)} ${counted} selected from ${formatCounted(touched, 'cluster')}.`}
      marks={sorted.map((cluster, rank) => ({
        id: String(cluster.index),
        x: LEFT + rank * band,
        y: TOP,
        width: band,
        height: bottom - TOP,
        tipY: cluster.distance === null ? middle : distanceScale.at(cluster.distance),
        lines: [
          `Cluster ${cluster.index}, rank ${rank + 1}`,
          `n = ${formatCount(cluster.size)} ${counted}, ${formatCount(cluster.selectedCount)} selected`,
          cluster.distance === null ? 'distance not defined' : `${metric} ${formatNumber(cluster.distance)}`,
        ],
        onSelect: onSelect === undefined ? undefined : () => onSelect(cluster.index),
      }))}
    >
      <Legend
        x={LEFT}
        width={width - LEFT}
        items={[
          {
            key: 'some',
            label: 'Cluster with selected members',
            symbol: <circle r={4.5} fill={color} stroke={INK} />,
          },
          {
            key: 'none',
            label: 'none selected',
            symbol: <circle r={4} fill={PAPER} stroke={MUTED} strokeWidth={1.5} />,
          },
        ]}
      />
      <LeftAxis
        scale={distanceScale}
        ticks={roundTicks(0, farthest, 4)}
        format={(value) => formatNumber(value)}
        title={metric}
        left={LEFT}
        right={width - RIGHT}
      />
      <LeftAxis
        scale={countScale}
        ticks={roundTicks(0, largest, 3).filter(Number.isInteger)}
        format={formatCount}
        title="Members"
        left={LEFT}
        right={width - RIGHT}
      />
      {sorted.map((cluster, rank) => {
        const x = xOf(rank);
        const isTouched = cluster.selectedCount > 0;
        return (
          <g key={cluster.index}>
            {cluster.distance === null ? (
              <text x={x} y={middle - 18} textAnchor="middle" fontSize={SMALL_FONT_SIZE} fill={MUTED}>
                ×
              </text>
            ) : (
              <circle
                cx={x}
                cy={distanceScale.at(cluster.distance)}
                r={radius}
                fill={isTouched ? color : PAPER}
                stroke={isTouched ? INK : MUTED}
                strokeWidth={isTouched ? 0.75 : 1.25}
              />
            )}
            <rect
              x={x - barWidth / 2}
              y={countScale.at(cluster.size)}
              width={barWidth}
              height={bottom - countScale.at(cluster.size)}
              fill={ROLE_STYLES.pool.color}
              fillOpacity={0.4}
            />
            {isTouched && (
              <rect
                x={x - barWidth / 2}
                y={countScale.at(cluster.selectedCount)}
                width={barWidth}
                height={bottom - countScale.at(cluster.selectedCount)}
                fill={color}
              />
            )}
          </g>
        );
      })}
      {rankTicks(sorted.length).map((rank) => (
        <text
          key={rank}
          x={xOf(rank - 1)}
          y={bottom + 14}
          textAnchor="middle"
          fontSize={SMALL_FONT_SIZE}
          fill={MUTED}
        >
          {rank}
        </text>
      ))}
      <text x={(LEFT + width - RIGHT) / 2} y={HEIGHT - 8} textAnchor="middle">
        Cluster, nearest to the target first (rank)
      </text>
    </ChartSvg>
  );
}

/** 1, then round ranks. */
function rankTicks(count: number): number[] {
  if (count === 0) return [];
  return [1, ...roundTicks(0, count, 10).filter((rank) => rank > 1 && Number.isInteger(rank))];
}

/** Clusters by distance; says how many have none. */
export function ClusterFigure(props: ClusterFigureProps) {
  const undefinedCount = props.clusters.filter(({ distance }) => distance === null).length;
  return (
    <FigureCard
      {...props}
      warnings={[
        ...(undefinedCount === 0
          ? []
          : [
              `No distance for ${formatCounted(undefinedCount, 'cluster')} with too few members for a covariance (marked ×, placed last).`,
            ]),
        ...(props.warnings ?? []),
      ]}
      table={clusterTable(props)}
      height={HEIGHT}
      renderChart={(width) => <ClusterChart data={props} width={width} onSelect={props.onSelect} />}
    />
  );
}
