// Four test projects: `unit` in Node; `gpu` in a real Chromium with WebGPU on a software adapter; `full` and `full-gpu`, models
// at their full size and trainings that compile hundreds of kernels twice, in the one and the other.
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { reportGolden } from './core/goldens.ts';
import { CHROMIUM_ARGUMENTS, findChromium, SWIFTSHADER_ARGUMENTS } from './scripts/chromium.mjs';

/** As in core/goldens.ts, for tests in the browser: they fetch the files and are told where they lie. */
const GOLDENS = process.env['GOLDENS'] ?? fileURLToPath(new URL('./core/goldens', import.meta.url));

/** A project that runs in the browser. */
function browserProject(name: string, include: string[], exclude: string[], fileParallelism: boolean) {
  return {
    // Threads of WebAssembly need an isolated page.
    server: {
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
        'Cross-Origin-Resource-Policy': 'same-origin',
      },
      fs: { allow: ['.', GOLDENS] },
    },
    // Named, so that finding them does not reload the page while tests run.
    optimizeDeps: { exclude: ['onnxruntime-web'], include: ['comlink', 'fflate', 'idb-keyval'] },
    test: {
      name,
      provide: { goldens: GOLDENS },
      include,
      exclude,
      fileParallelism,
      // Shader compilation on a software adapter takes up to a second a pipeline.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        commands: {
          reportGolden: (_context: unknown, ...report: Parameters<typeof reportGolden>) =>
            reportGolden(...report),
        },
        provider: playwright({
          launchOptions: {
            // Playwright names its own where there is none: its error then says what is missing.
            executablePath: findChromium() ?? chromium.executablePath(),
            args: [...CHROMIUM_ARGUMENTS, ...SWIFTSHADER_ARGUMENTS],
          },
        }),
        instances: [{ browser: 'chromium' as const }],
      },
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{core,models,workers,src,scripts,bench}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.gpu.test.ts', '**/*.full.test.ts', 'node_modules/**'],
          environment: 'node',
          // A limit against hanging, not against slowness: a shared machine may be ten times slower than an idle one.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'full',
          include: ['models/**/*.full.test.ts'],
          environment: 'node',
          // Each holds hundreds of megabytes of weights.
          fileParallelism: false,
        },
      },
      browserProject('gpu', ['{models,workers}/**/*.gpu.test.ts'], ['**/*.full.gpu.test.ts'], true),
      browserProject('full-gpu', ['workers/**/*.full.gpu.test.ts'], [], false),
    ],
  },
});
