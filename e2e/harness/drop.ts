/** Drops files and folders that really lie on disk onto the page, through the browser's own drag events. */
import type { Locator, Page } from '@playwright/test';

/** Drops the absolute `paths` on the middle of `target`: enter, over, drop, as a person's pointer does. */
export async function dropPaths(page: Page, paths: readonly string[], target: Locator): Promise<void> {
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (box === null) throw new Error('The drop target is not visible.');
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...point, data });
  }
  await session.detach();
}
