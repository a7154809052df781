/** Long tasks of the page's own thread, as the browser reports them. */
import type { Page } from '@playwright/test';

/** Longest task since the last call, in ms; 0 when none was over 50 ms, the limit of what browsers report. */
export function takeLongestTask(page: Page): Promise<number> {
  return page.evaluate(() => {
    const target = globalThis as unknown as { longestTaskMs: number };
    const longest = target.longestTaskMs;
    target.longestTaskMs = 0;
    return longest;
  });
}

/** Begins to listen. Throws when the browser does not report the long task that this makes. */
export async function observeLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const target = globalThis as unknown as { longestTaskMs: number };
    target.longestTaskMs = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        target.longestTaskMs = Math.max(target.longestTaskMs, duration);
      }
    }).observe({ type: 'longtask' });
    setTimeout(() => {
      for (const until = performance.now() + 80; performance.now() < until;);
    }, 0);
  });
  await page.waitForTimeout(500);
  // An observer that is deaf would report a perfect page.
  if ((await takeLongestTask(page)) < 50) throw new Error('The browser does not report long tasks.');
}
