/** The browser the other specs rely on really has a WebGPU adapter: without this a fallback to WASM would look like success. */
import { expect, test } from './harness/test.ts';

test('this browser has a WebGPU adapter', async ({ app }) => {
  const adapter = await app.evaluate(async () => {
    const gpu = (navigator as { gpu?: { requestAdapter(): Promise<object | null> } }).gpu;
    return (await gpu?.requestAdapter()) !== null && gpu !== undefined;
  });
  expect(adapter).toBe(true);
});
