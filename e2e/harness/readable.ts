/** A page as everyone sees it: accessible in both colour schemes, on a large and on a small screen, pictured for people to look at. */
import type { Page, TestInfo } from '@playwright/test';
import { expectAccessible } from './axe.ts';
import { screenshot } from './screenshot.ts';
import { expect } from './test.ts';

const VIEWPORTS = [
  { width: 1024, height: 768 },
  { width: 1440, height: 900 },
];

/**
 * Checks the page as it stands in light and dark, on both screens, and takes a picture of each. Leaves it dark, on the
 * larger screen.
 */
export async function expectReadable(page: Page, info: TestInfo, name: string): Promise<void> {
  for (const viewport of VIEWPORTS) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await expectAccessible(page);
      await screenshot(page, info, `${name}-${colorScheme}-${viewport.width}`);
    }
    // A place scrolls inside itself; the page as a whole never does.
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  }
}
