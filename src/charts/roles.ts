/** How the three parts of a search look in every chart: pool, target, selection. */
import { SELECTION_STYLE, TARGET_STYLE, UNKNOWN_STYLE } from '../ui/palette.ts';
import type { MarkStyle } from '../ui/palette.ts';

export const SEARCH_ROLES = ['pool', 'target', 'selection'] as const;
export type SearchRole = (typeof SEARCH_ROLES)[number];

export const ROLE_STYLES: Readonly<Record<SearchRole, MarkStyle>> = {
  pool: { color: UNKNOWN_STYLE.color, shape: 'circle', pattern: 'solid' },
  target: TARGET_STYLE,
  selection: SELECTION_STYLE,
};

export const ROLE_LABELS: Readonly<Record<SearchRole, string>> = {
  pool: 'Pool',
  target: 'Target',
  selection: 'Selection',
};
