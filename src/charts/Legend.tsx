/** Legends, drawn in the SVG so that exported figures have them. */
import type { ReactNode } from 'react';
import { estimateTextWidth } from './figure-colors.ts';

export interface LegendItem {
  readonly key: string;
  readonly label: string;
  /** Drawn around the origin, at most 14 pixels wide. */
  readonly symbol: ReactNode;
}

const ROW_HEIGHT = 20;
const SYMBOL_SPACE = 20;
const GAP = 16;

interface Placed {
  readonly x: number;
  readonly row: number;
}

function placeItems(items: readonly LegendItem[], width: number): Placed[] {
  let x = 0;
  let row = 0;
  return items.map(({ label }) => {
    const itemWidth = SYMBOL_SPACE + estimateTextWidth(label);
    if (x > 0 && x + itemWidth > width) {
      x = 0;
      row++;
    }
    const placed = { x, row };
    x += itemWidth + GAP;
    return placed;
  });
}

/** Height in pixels of a legend at a width, with the space below it. */
export function legendHeight(items: readonly LegendItem[], width: number): number {
  const last = placeItems(items, width).at(-1);
  return last === undefined ? 0 : (last.row + 1) * ROW_HEIGHT + 6;
}

export interface LegendProps {
  readonly items: readonly LegendItem[];
  readonly x: number;
  readonly width: number;
}

/** Items in rows from the top left. */
export function Legend({ items, x, width }: LegendProps) {
  const placed = placeItems(items, width);
  return (
    <g>
      {items.map((item, i) => {
        const { x: dx, row } = placed[i] as Placed;
        return (
          <g key={item.key} transform={`translate(${x + dx} ${row * ROW_HEIGHT + 10})`}>
            <g transform="translate(7 0)">{item.symbol}</g>
            <text x={SYMBOL_SPACE} dy="0.35em">
              {item.label}
            </text>
          </g>
        );
      })}
    </g>
  );
}
