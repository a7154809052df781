/** Bars and points in a group's colour with its second signal: a fill pattern for bars, a shape for points. */
import type { ReactNode } from 'react';
import type { FillPattern, MarkStyle } from '../ui/palette.ts';
import { PAPER } from './figure-colors.ts';
import { symbolPath } from './symbols.ts';

/** Lines and dots in the colour of the paper over the colour of the group: they read on both schemes and in grey print. */
const PATTERN_SHAPES: Readonly<Record<FillPattern, ReactNode>> = {
  solid: null,
  diagonal: <path d="M-2 2l4 -4M0 8l8 -8M6 10l4 -4" />,
  'diagonal-back': <path d="M-2 6l4 4M0 0l8 8M6 -2l4 4" />,
  vertical: <path d="M2 0v8M6 0v8" />,
  horizontal: <path d="M0 2h8M0 6h8" />,
  grid: <path d="M0 4h8M4 0v8" />,
  dots: <path d="M2 2h0M6 6h0" strokeLinecap="round" strokeWidth={2.4} />,
  'dense-dots': <path d="M1 1h0M5 1h0M3 5h0M7 5h0" strokeLinecap="round" strokeWidth={2} />,
};

/** Id of a style's pattern inside one figure. */
function patternId(figureId: string, style: MarkStyle): string {
  return `${figureId}-${style.pattern}`;
}

export interface PatternDefsProps {
  /** Unique on the page (`useId`), so that figures do not share definitions. */
  readonly figureId: string;
  readonly styles: readonly MarkStyle[];
}

/** The SVG definitions that `Bar` refers to. */
export function PatternDefs({ figureId, styles }: PatternDefsProps) {
  const distinct = [...new Map(styles.map((style) => [style.pattern, style])).values()];
  return (
    <defs>
      {distinct.map((style) => (
        <pattern
          key={style.pattern}
          id={patternId(figureId, style)}
          width={8}
          height={8}
          patternUnits="userSpaceOnUse"
          stroke={PAPER}
          strokeWidth={1.2}
        >
          {PATTERN_SHAPES[style.pattern]}
        </pattern>
      ))}
    </defs>
  );
}

export interface BarProps {
  readonly figureId: string;
  readonly style: MarkStyle;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** A group below the minimum size: dashed outline, no fill. */
  readonly isHollow?: boolean;
  /** 0 to 1; series after the first of a group are paler. */
  readonly strength?: number;
}

/** One bar; hollow where the group is too small to be judged. */
export function Bar({ figureId, style, x, y, width, height, isHollow = false, strength = 1 }: BarProps) {
  const box = { x, y, width: Math.max(0, width), height: Math.max(0, height) };
  if (isHollow) {
    return (
      <rect
        {...box}
        fill="none"
        stroke={style.color}
        strokeWidth={1.5}
        strokeDasharray="4 3"
        data-hollow=""
      />
    );
  }
  return (
    <g>
      <rect {...box} fill={style.color} fillOpacity={strength} stroke={style.color} />
      {style.pattern !== 'solid' && <rect {...box} fill={`url(#${patternId(figureId, style)})`} />}
    </g>
  );
}

export interface PointProps {
  readonly style: MarkStyle;
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly isHollow?: boolean;
}

/** One point symbol with a thin edge of paper, so that neighbours stay apart. */
export function Point({ style, x, y, r, isHollow = false }: PointProps) {
  const d = symbolPath(style.shape, x, y, r);
  return isHollow ? (
    <path d={d} fill={PAPER} stroke={style.color} strokeWidth={1.5} strokeDasharray="3 2" data-hollow="" />
  ) : (
    <path d={d} fill={style.color} stroke={PAPER} />
  );
}
