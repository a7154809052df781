/** Small parts that several charts draw on top of their marks: intervals, and text that stays legible over anything. */
import type { ReactNode } from 'react';
import { INK, PAPER, SMALL_FONT_SIZE } from './figure-colors.ts';

export interface IntervalBarProps {
  readonly x: number;
  readonly y1: number;
  readonly y2: number;
}

/** A vertical interval with caps, on a halo of paper so that it reads over any fill. */
export function IntervalBar({ x, y1, y2 }: IntervalBarProps) {
  const d = `M${x} ${y1}V${y2}M${x - 4} ${y1}h8M${x - 4} ${y2}h8`;
  return (
    <g fill="none" data-interval="">
      <path d={d} stroke={PAPER} strokeWidth={4} strokeOpacity={0.85} />
      <path d={d} stroke={INK} strokeWidth={1.5} />
    </g>
  );
}

export interface HaloTextProps {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly color?: string;
  readonly children: ReactNode;
}

/** A label with an outline of paper. */
export function HaloText({ x, y, anchor, color = INK, children }: HaloTextProps) {
  return (
    <text
      x={x}
      y={y}
      textAnchor={anchor}
      fontSize={SMALL_FONT_SIZE}
      fill={color}
      stroke={PAPER}
      strokeWidth={3}
      strokeLinejoin="round"
      paintOrder="stroke"
    >
      {children}
    </text>
  );
}
