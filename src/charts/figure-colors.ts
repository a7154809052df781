/**
 * The neutral colours of charts, as CSS variables that follow the page's scheme. Exported files always use the light
 * values, because papers are white; they are those of `theme.css`, and a test compares them.
 */

export const INK = 'var(--figure-ink)';
export const MUTED = 'var(--figure-muted)';
export const GRID = 'var(--figure-grid)';
export const PAPER = 'var(--figure-paper)';

export const FIGURE_COLORS_LIGHT: Readonly<Record<string, string>> = {
  '--figure-ink': '#1a2027',
  '--figure-muted': '#55606d',
  '--figure-grid': '#dde2e8',
  '--figure-paper': '#ffffff',
};

/** Fonts by generic name only, so that an exported file needs nothing from the machine that made it. */
export const FIGURE_FONT = 'Helvetica, Arial, sans-serif';
/** Size of all chart text in CSS pixels; nothing in a chart is smaller. */
export const FONT_SIZE = 12;
export const SMALL_FONT_SIZE = 11;

/** Estimated width in pixels of a line of text. There is no layout to ask before drawing; 0.6 em is generous for sans-serif letters, so that labels are not cut. */
export function estimateTextWidth(text: string, fontSize: number = FONT_SIZE): number {
  return text.length * fontSize * 0.6;
}
