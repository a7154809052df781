/** A 2-D map of pool, target and selection. Points go to a canvas: thousands of SVG nodes would stall the page. */
import { useEffect, useRef, useState } from 'react';
import type { PointerEvent } from 'react';
import { formatCount, formatNumber } from '../ui/format.ts';
import { BottomAxis, LeftAxis } from './Axis.tsx';
import { ChartSvg } from './ChartSvg.tsx';
import { FigureCard } from './FigureCard.tsx';
import type { FigureFrame } from './figure-frame.ts';
import { Point } from './figure-marks.tsx';
import { Legend, legendHeight } from './Legend.tsx';
import { MarkTip } from './MarkLayer.tsx';
import { ROLE_LABELS, ROLE_STYLES } from './roles.ts';
import { nearestPoint, scatterScales, scatterTable, visiblePoints } from './scatter.ts';
import type { NearestPoint, PlotBox, ScatterScales, ScatterSeries } from './scatter.ts';
import { roundTicks } from './scale.ts';
import { symbolPath } from './symbols.ts';
import classes from './FigureCard.module.css';

export interface ScatterFigureProps extends FigureFrame {
  /** Axis titles: "First principal component". */
  readonly xLabel: string;
  readonly yLabel: string;
  /** In the order of the legend. */
  readonly series: readonly ScatterSeries[];
  /** Name of a point for its tooltip. */
  readonly pointName?: (series: ScatterSeries, index: number) => string;
  /** Opens one point's image. */
  readonly onSelect?: (series: ScatterSeries, index: number) => void;
}

const HEIGHT = 440;
const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';
/** How far from a point the pointer may be, in pixels. */
const REACH = 12;

const RADII = { pool: 2, target: 3, selection: 3.5 } as const;
const OPACITIES = { pool: 0.5, target: 0.85, selection: 1 } as const;

const OPEN_LINE_WIDTH = 1.25;
const DRAWING_ORDER = ['pool', 'selection', 'target'] as const;

/** Selected points are open, so that the target below them stays visible. */
function isOpen(series: ScatterSeries): boolean {
  return series.role === 'selection';
}

function plotBox(width: number, series: readonly ScatterSeries[]): PlotBox {
  return { left: 64, right: width - 12, top: legendHeight(legendOf(series), width) + 8, bottom: HEIGHT - 40 };
}

function legendOf(series: readonly ScatterSeries[]) {
  return series.map((one) => ({
    key: one.role,
    label: `${ROLE_LABELS[one.role]} (n = ${formatCount(one.x.length)})`,
    symbol: isOpen(one) ? (
      <path
        d={symbolPath(ROLE_STYLES[one.role].shape, 0, 0, 5)}
        fill="none"
        stroke={ROLE_STYLES[one.role].color}
        strokeWidth={1.5}
      />
    ) : (
      <Point style={ROLE_STYLES[one.role]} x={0} y={0} r={5} />
    ),
  }));
}

/** Bottom to top: open selection marks lie over the pool, and the few target points over both. */
function inDrawingOrder(series: readonly ScatterSeries[]): ScatterSeries[] {
  return DRAWING_ORDER.flatMap((role) => series.filter((one) => one.role === role));
}

/** Path data of every visible point of a series. */
function* pointPaths(series: ScatterSeries, scales: ScatterScales): Generator<string> {
  const { shape } = ROLE_STYLES[series.role];
  for (const i of visiblePoints(series, scales)) {
    yield symbolPath(
      shape,
      scales.x.at(series.x[i] as number),
      scales.y.at(series.y[i] as number),
      RADII[series.role],
    );
  }
}

function paintCanvas(canvas: HTMLCanvasElement, width: number, series: readonly ScatterSeries[]): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const density = window.devicePixelRatio;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(HEIGHT * density);
  context.setTransform(density, 0, 0, density, 0, 0);
  const scales = scatterScales(series, plotBox(width, series));
  for (const one of inDrawingOrder(series)) {
    context.globalAlpha = OPACITIES[one.role];
    context.fillStyle = ROLE_STYLES[one.role].color;
    context.strokeStyle = ROLE_STYLES[one.role].color;
    context.lineWidth = OPEN_LINE_WIDTH;
    for (const path of pointPaths(one, scales)) {
      const shape = new Path2D(path);
      if (isOpen(one)) context.stroke(shape);
      // The rule takes the canvas for an array.
      // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type
      else context.fill(shape);
    }
  }
}

/** Adds the canvas's points to an exported copy of the SVG, one path per series. */
function embedPoints(copy: SVGSVGElement, series: readonly ScatterSeries[]): void {
  const scales = scatterScales(series, plotBox(Number(copy.getAttribute('width')), series));
  for (const one of inDrawingOrder(series)) {
    const group = copy.ownerDocument.createElementNS(SVG_NAMESPACE, 'g');
    const { color } = ROLE_STYLES[one.role];
    group.setAttribute('fill', isOpen(one) ? 'none' : color);
    if (isOpen(one)) {
      group.setAttribute('stroke', color);
      group.setAttribute('stroke-width', String(OPEN_LINE_WIDTH));
    }
    group.setAttribute('fill-opacity', String(OPACITIES[one.role]));
    for (const path of pointPaths(one, scales)) {
      const shape = copy.ownerDocument.createElementNS(SVG_NAMESPACE, 'path');
      shape.setAttribute('d', path);
      group.append(shape);
    }
    copy.append(group);
  }
}

function ScatterChart({ width, ...props }: ScatterFigureProps & { readonly width: number }) {
  const { series, xLabel, yLabel, pointName, onSelect } = props;
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<NearestPoint>();
  const box = plotBox(width, series);
  const scales = scatterScales(series, box);

  useEffect(() => {
    if (canvasRef.current !== null) paintCanvas(canvasRef.current, width, series);
  }, [width, series]);

  const findPoint = (event: PointerEvent<HTMLElement>): void => {
    const frame = event.currentTarget.getBoundingClientRect();
    setHovered(
      nearestPoint(
        inDrawingOrder(series),
        scales,
        { x: event.clientX - frame.left, y: event.clientY - frame.top },
        REACH,
      ),
    );
  };
  const counts = series
    .map((one) => `${ROLE_LABELS[one.role].toLowerCase()} ${formatCount(one.x.length)}`)
    .join(', ');

  return (
    <div
      className={classes['chart']}
      style={{
        width,
        height: HEIGHT,
        cursor: hovered !== undefined && onSelect !== undefined ? 'pointer' : undefined,
      }}
      onPointerMove={findPoint}
      onPointerLeave={() => setHovered(undefined)}
      onPointerUp={() => {
        if (hovered !== undefined) onSelect?.(hovered.series, hovered.index);
      }}
    >
      <ChartSvg
        width={width}
        height={HEIGHT}
        summary={`Map of ${counts} points by ${xLabel} and ${yLabel}. The table has means and spreads.`}
      >
        <Legend items={legendOf(series)} x={box.left} width={width - box.left} />
        <LeftAxis
          scale={scales.y}
          ticks={roundTicks(scales.y.min, scales.y.max, 6)}
          format={(value) => formatNumber(value)}
          title={yLabel}
          left={box.left}
          right={box.right}
        />
        <BottomAxis
          scale={scales.x}
          ticks={roundTicks(scales.x.min, scales.x.max, 8)}
          format={(value) => formatNumber(value)}
          title={xLabel}
          top={box.top}
          bottom={box.bottom}
        />
      </ChartSvg>
      <canvas
        ref={canvasRef}
        className={classes['canvas']}
        style={{ width, height: HEIGHT }}
        aria-hidden="true"
      />
      {hovered !== undefined && (
        <MarkTip
          width={width}
          mark={{
            id: 'hovered',
            x: hovered.px,
            y: hovered.py,
            width: 0,
            height: 0,
            lines: [
              pointName?.(hovered.series, hovered.index) ?? ROLE_LABELS[hovered.series.role],
              `${ROLE_LABELS[hovered.series.role]}, 1 of ${formatCount(hovered.series.x.length)}`,
              `${xLabel} ${formatNumber(hovered.series.x[hovered.index])}`,
              `${yLabel} ${formatNumber(hovered.series.y[hovered.index])}`,
            ],
          }}
        />
      )}
    </div>
  );
}

/** A map of points in three colours and shapes; an exported SVG holds the points themselves. */
export function ScatterFigure(props: ScatterFigureProps) {
  return (
    <FigureCard
      {...props}
      table={scatterTable(props.series, props.xLabel, props.yLabel)}
      height={HEIGHT}
      renderChart={(width) => <ScatterChart {...props} width={width} />}
      completeSvg={(copy) => embedPoints(copy, props.series)}
    />
  );
}
