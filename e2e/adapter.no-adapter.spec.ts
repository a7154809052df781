/** A machine without any WebGPU adapter: the page opens, says so, and is as isolated as ever. */
import { expect, test } from './harness/test.ts';

test('this browser really has no WebGPU adapter, and the page opens', async ({ app }) => {
  const hasAdapter = await app.evaluate(async () => {
    const gpu = (navigator as { gpu?: { requestAdapter(): Promise<unknown> } }).gpu;
    return gpu !== undefined && (await gpu.requestAdapter()) !== null;
  });
  expect(hasAdapter).toBe(false);
  expect(await app.evaluate(() => window.crossOriginIsolated)).toBe(true);
  await expect(app.getByRole('heading', { level: 1 })).toBeVisible();
});
