/** The small coloured shape that stands for a group in legends, tables and filters. */
import type { MarkShape, MarkStyle } from './palette.ts';

/** Outlines in a 12 x 12 box. */
const OUTLINES: Readonly<Record<MarkShape, string>> = {
  circle: 'M6 1a5 5 0 1 1 0 10a5 5 0 1 1 0-10z',
  square: 'M1.5 1.5h9v9h-9z',
  triangle: 'M6 1l5.4 9.6H.6z',
  diamond: 'M6 .4L11.6 6L6 11.6L.4 6z',
  'triangle-down': 'M6 11L.6 1.4h10.8z',
  cross: 'M4.2 1h3.6v3.2H11v3.6H7.8V11H4.2V7.8H1V4.2h3.2z',
  pentagon: 'M6 .8l5.3 3.9l-2 6.3H2.7l-2-6.3z',
  star: 'M6 .5l1.6 3.7l4 .4l-3 2.7l.9 3.9L6 9.2l-3.5 2l.9-3.9l-3-2.7l4-.4z',
  dash: 'M1 4.5h10v3H1z',
};

/** The SVG path of a mark's shape, in a 12 x 12 box. */
export function markPath(shape: MarkShape): string {
  return OUTLINES[shape];
}

export interface GroupMarkProps {
  readonly mark: MarkStyle;
  /** Side in pixels. */
  readonly size?: number;
}

/** Decorative: the group's name always stands beside it. */
export function GroupMark({ mark, size = 10 }: GroupMarkProps) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden focusable="false">
      <path d={OUTLINES[mark.shape]} fill={mark.color} />
    </svg>
  );
}
