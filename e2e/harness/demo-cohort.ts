/** The demo cohort, as small as the page offers it: enough for a test, and quick to draw. */
import type { Page } from '@playwright/test';

export const SMALL_DEMO_COUNT = 200;

/** Starts making the small demo cohort on the first visit's page. */
export async function startSmallDemo(page: Page): Promise<void> {
  await page
    .getByRole('combobox', { name: 'Subjects' })
    .selectOption({ label: `${SMALL_DEMO_COUNT} subjects` });
  await page.getByRole('button', { name: 'Try the demo cohort' }).click();
}
