/**
 * The neutral colours of charts, as CSS variables that follow the page's scheme. `FigureCard.module.css` sets the
 * same light values; exported files always use them, because papers are white.
 */

export const INK = 'var(--figure-ink)';
export const MUTED = 'var(--figure-muted)';
export const GRID = 'var(--figure-grid)';
export const PAPER = 'var(--figure-paper)';

export const FIGURE_COLORS_LIGHT: Readonly<Record<string, string>> = {
  '--figure-ink': '#1c2127',
  '--figure-muted': '#5a6370',
  '--figure-grid': '#e3e6ea',
  '--figure-paper': '#ffffff',
};

/** Fonts by generic name only, so that an exported file needs nothing from the machine that made it. */
export const FIGURE_FONT = 'Helvetica, Arial, sans-serif';
/** Size of all chart text in CSS pixels; nothing in a chart is smaller. */
export const FONT_SIZE = 12;
export const SMALL_FONT_SIZE = 11;

/** Estimated width in pixels of a line of text. There is no layout to ask before drawing; 0.56 em is the mean of sans-serif letters. */
export function estimateTextWidth(text: string, fontSize: number = FONT_SIZE): number {
  return text.length * fontSize * 0.56;
}
