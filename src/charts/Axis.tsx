/** Axes of the charts: thin grid, tick labels, a title with its unit. */
import { GRID, INK, MUTED, SMALL_FONT_SIZE } from './figure-colors.ts';
import type { LinearScale } from './scale.ts';

export interface ValueAxisProps {
  readonly scale: LinearScale;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  /** Quantity and unit: "Dice (%)". */
  readonly title: string;
}

export interface LeftAxisProps extends ValueAxisProps {
  /** Pixel range of the plot: grid lines run from `left` to `right`. */
  readonly left: number;
  readonly right: number;
  /** Draws the sign of a cut axis at its foot: the axis does not start at 0. */
  readonly isCut?: boolean;
}

/** A vertical value axis with horizontal grid lines. */
export function LeftAxis({ scale, ticks, format, title, left, right, isCut = false }: LeftAxisProps) {
  const [top, bottom] = [scale.at(scale.max), scale.at(scale.min)];
  const middle = (top + bottom) / 2;
  return (
    <g>
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            x1={left}
            x2={right}
            y1={scale.at(tick)}
            y2={scale.at(tick)}
            stroke={tick === scale.min && !isCut ? MUTED : GRID}
          />
          <text
            x={left - 6}
            y={scale.at(tick)}
            dy="0.35em"
            textAnchor="end"
            fontSize={SMALL_FONT_SIZE}
            fill={MUTED}
          >
            {format(tick)}
          </text>
        </g>
      ))}
      {isCut && (
        <path
          d={`M${left} ${bottom - 12}l-5 -3l10 -4l-5 -3M${left} ${top}V${bottom - 22}M${left} ${bottom}v-12`}
          fill="none"
          stroke={INK}
        />
      )}
      <text x={12} y={middle} textAnchor="middle" transform={`rotate(-90 12 ${middle})`}>
        {title}
      </text>
    </g>
  );
}

export interface BottomAxisProps extends ValueAxisProps {
  /** Grid lines run from `top` to `bottom`; labels and title stand below. */
  readonly top: number;
  readonly bottom: number;
}

/** A horizontal value axis with vertical grid lines; takes 38 pixels below `bottom`. */
export function BottomAxis({ scale, ticks, format, title, top, bottom }: BottomAxisProps) {
  const middle = (scale.at(scale.min) + scale.at(scale.max)) / 2;
  return (
    <g>
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            x1={scale.at(tick)}
            x2={scale.at(tick)}
            y1={top}
            y2={bottom}
            stroke={tick === 0 ? MUTED : GRID}
          />
          <text
            x={scale.at(tick)}
            y={bottom + 14}
            textAnchor="middle"
            fontSize={SMALL_FONT_SIZE}
            fill={MUTED}
          >
            {format(tick)}
          </text>
        </g>
      ))}
      <text x={middle} y={bottom + 32} textAnchor="middle">
        {title}
      </text>
    </g>
  );
}
