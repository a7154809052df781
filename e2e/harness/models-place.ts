/** Steps of the Models place that several specs take. */
import { expect, type Locator, type Page } from '@playwright/test';
import { modelsReady } from './models-ready.ts';

/** The card of a model. */
export const modelCard = (page: Page, name: string): Locator =>
  page.getByRole('region', { name, exact: true });

/** Goes to Models and waits until the models that come with the page are tested. */
export async function openModels(page: Page): Promise<void> {
  await page.goto('./#/models');
  await expect(page.getByText(modelsReady())).toBeVisible();
}
