/** Accessibility: axe-core over the page as it stands, in the rules of WCAG 2.2 A and AA and axe's best practices. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with rule, help and the offending elements when axe finds anything. */
export async function expectAccessible(page: Page): Promise<void> {
  // Evaluated through the DevTools protocol, which the page's own policy does not and need not allow.
  await page.evaluate(SOURCE);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<AxeResults> } };
    return (await axe.run()).violations.map(({ id, help, nodes }) => ({
      rule: id,
      help,
      elements: nodes.map((node) => `${node.html} :: ${node.failureSummary ?? ''}`),
    }));
  });
  expect(violations).toEqual([]);
}
