/** Screenshots for people to look at: written to the test's own output folder and attached to the report. */
import type { Page, TestInfo } from '@playwright/test';

/** Takes the visible page under a name, still: fonts loaded, animations at their end. Returns the file's path. */
export async function screenshot(page: Page, info: TestInfo, name: string): Promise<string> {
  const path = info.outputPath(`${name}.png`);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path, animations: 'disabled' });
  await info.attach(name, { path, contentType: 'image/png' });
  return path;
}
