/**
 * Colours with a meaning. Every group colour has at least 3:1 contrast on the light and on the dark surface and comes
 * with a shape and a fill pattern, so that colour is never the only signal.
 * Source of the approach: Okabe and Ito, "Color Universal Design" (2008); its blue and vermilion are kept, the others
 * were chosen for the largest OKLab distance under normal, protan and deutan vision (Machado et al. 2009) inside the
 * band of luminance that both surfaces allow.
 */

export const MARK_SHAPES = [
  'circle',
  'square',
  'triangle',
  'diamond',
  'triangle-down',
  'cross',
  'pentagon',
  'star',
] as const;
export type MarkShape = (typeof MARK_SHAPES)[number] | 'dash';

export const FILL_PATTERNS = [
  'solid',
  'diagonal',
  'dots',
  'vertical',
  'horizontal',
  'diagonal-back',
  'grid',
  'dense-dots',
] as const;
export type FillPattern = (typeof FILL_PATTERNS)[number];

export interface MarkStyle {
  /** `#rrggbb`. */
  readonly color: string;
  readonly shape: MarkShape;
  readonly pattern: FillPattern;
}

export const GROUP_COLORS = [
  '#0072b2',
  '#d55e00',
  '#1a9e8c',
  '#9a78f0',
  '#985c58',
  '#6f8abf',
  '#75893f',
  '#e8506e',
] as const;

/** Surfaces the colours are checked against, the same as in theme.css. */
export const SURFACES = { light: '#ffffff', dark: '#1a1e23' } as const;

/** People whose group is not recorded. */
export const UNKNOWN_STYLE: MarkStyle = { color: '#7d8590', shape: 'dash', pattern: 'diagonal-back' };
/** The target group of a search; reserved. */
export const TARGET_STYLE: MarkStyle = { color: '#c13a9b', shape: 'diamond', pattern: 'solid' };
/** The selected subset; reserved. */
export const SELECTION_STYLE: MarkStyle = { color: '#a97b00', shape: 'square', pattern: 'diagonal' };

/** Contours on a fundus image; both reserved, both at least 4.5:1 on black. */
export const TRUTH_CONTOUR = '#38d9f5';
export const PREDICTION_CONTOUR = '#ffb000';

/**
 * Colour, shape and pattern of a group by its place in its attribute's fixed order; -1 is unknown.
 * After eight groups the colours repeat with the next pattern and shape, so that no two of 64 groups look the same.
 */
export function groupStyle(index: number): MarkStyle {
  if (index < 0) return UNKNOWN_STYLE;
  const round = Math.floor(index / GROUP_COLORS.length);
  return {
    color: GROUP_COLORS[index % GROUP_COLORS.length] as string,
    shape: MARK_SHAPES[(index + round) % MARK_SHAPES.length] as MarkShape,
    pattern: FILL_PATTERNS[(index + round) % FILL_PATTERNS.length] as FillPattern,
  };
}

/** Cividis at ten even steps: perceptually uniform and the same for most colour-vision deficiencies. Source: Nuñez et al. 2018. */
const CIVIDIS = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
] as const;

/** Colour of a value in [0, 1] on the sequential scale, `#rrggbb`; values outside are clamped, NaN is the unknown grey. */
export function sequentialColor(value: number): string {
  if (Number.isNaN(value)) return UNKNOWN_STYLE.color;
  const position = Math.min(Math.max(value, 0), 1) * (CIVIDIS.length - 1);
  const index = Math.min(Math.floor(position), CIVIDIS.length - 2);
  const from = CIVIDIS[index] as readonly number[];
  const to = CIVIDIS[index + 1] as readonly number[];
  const channels = from.map((channel, i) => channel + (position - index) * ((to[i] as number) - channel));
  return `#${channels.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

/** WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrastRatio(a: string, b: string): number {
  const [darker, lighter] = [relativeLuminance(a), relativeLuminance(b)].toSorted((x, y) => x - y);
  return ((lighter as number) + 0.05) / ((darker as number) + 0.05);
}

function relativeLuminance(color: string): number {
  const linear = [1, 3, 5].map((offset) => {
    const channel = Number.parseInt(color.slice(offset, offset + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  const [red, green, blue] = linear as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
