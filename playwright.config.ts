/**
 * End-to-end tests of the built page in real Chromium: once with WebGPU on a software adapter, once without any.
 * The page must be built before (`npm run build`); `npm test` does.
 */
import { defineConfig } from '@playwright/test';
import {
  CHROMIUM_ARGUMENTS,
  findChromium,
  SWIFTSHADER_ARGUMENTS,
  UNCLAMPED_ARGUMENTS,
} from './scripts/chromium.mjs';

const PORT = Number(process.env['E2E_PORT'] ?? 4317);
const chromium = findChromium();
if (chromium === undefined)
  throw new Error('No Chromium found: run `npm test`, which installs one, or set CHROMIUM.');

function launch(...extra: string[]) {
  return { launchOptions: { executablePath: chromium as string, args: [...CHROMIUM_ARGUMENTS, ...extra] } };
}

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  reporter: 'list',
  forbidOnly: true,
  retries: 0,
  // Two cores: one test, its workers and the software adapter fill them.
  workers: 1,
  // Limits against hanging: shaders compile slowly on the software adapter, and kernel tests run beside these.
  timeout: 900_000,
  expect: { timeout: 300_000 },
  use: {
    baseURL: `http://localhost:${PORT}/`,
    viewport: { width: 1440, height: 900 },
    // Recording a trace takes a tenth of the processor time of every test: `--trace on` records one where it is wanted.
    screenshot: 'only-on-failure',
    acceptDownloads: true,
  },
  projects: [
    {
      name: 'webgpu',
      testIgnore: '**/*.no-adapter.spec.ts',
      use: launch(...SWIFTSHADER_ARGUMENTS, ...UNCLAMPED_ARGUMENTS),
    },
    { name: 'no-adapter', testMatch: '**/*.no-adapter.spec.ts', use: launch() },
    { name: 'no-adapter-tagged', grep: /@no-adapter/, use: launch() },
  ],
  webServer: {
    command: `npx --no-install vite preview --host localhost --port ${PORT} --strictPort`,
    url: `http://localhost:${PORT}/`,
    timeout: 180_000,
  },
});
