/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FIGURE_COLORS_LIGHT } from './figure-colors.ts';

it('exports figures in the light colours of the page', () => {
  const css = readFileSync(new URL('../ui/theme.css', import.meta.url), 'utf8');
  const light = css.slice(css.indexOf(':root {'), css.indexOf('}'));
  const pageNames = {
    '--figure-ink': 'ink',
    '--figure-muted': 'ink-soft',
    '--figure-grid': 'line',
    '--figure-paper': 'surface',
  };
  expect(Object.keys(pageNames)).toEqual(Object.keys(FIGURE_COLORS_LIGHT));
  for (const [name, pageName] of Object.entries(pageNames)) {
    expect(light).toContain(`--${pageName}: ${FIGURE_COLORS_LIGHT[name]};`);
  }
});
