/** The drawing surface of every chart: an image with a label for screen readers, and the layer of marks that answers the pointer and the keyboard. */
import type { ReactNode } from 'react';
import { FIGURE_FONT, FONT_SIZE, INK } from './figure-colors.ts';
import { MarkLayer } from './MarkLayer.tsx';
import type { Mark } from './MarkLayer.tsx';
import classes from './FigureCard.module.css';

export interface ChartSvgProps {
  readonly width: number;
  readonly height: number;
  /** One or two sentences with the main numbers: what a person who cannot see the chart is told. */
  readonly summary: string;
  readonly marks?: readonly Mark[];
  readonly children: ReactNode;
}

/** A chart of fixed size in CSS pixels. */
export function ChartSvg({ width, height, summary, marks = [], children }: ChartSvgProps) {
  return (
    <div className={classes['chart']} style={{ width, height }}>
      <svg
        role="img"
        aria-label={summary}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        fontFamily={FIGURE_FONT}
        fontSize={FONT_SIZE}
        fill={INK}
        data-figure=""
      >
        {children}
      </svg>
      <MarkLayer marks={marks} width={width} />
    </div>
  );
}
