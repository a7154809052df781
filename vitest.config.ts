// Test projects: `unit` and `page` in Node; `gpu` in a real Chromium with WebGPU on a software adapter; `full` and `full-gpu`,
// models at their full size, small ones on WebGPU against PyTorch, whose operations `gpu` checks one by one, and trainings that
// compile hundreds of kernels twice.
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { reportGolden } from './core/goldens.ts';
import {
  CHROMIUM_ARGUMENTS,
  findChromium,
  SWIFTSHADER_ARGUMENTS,
  UNCLAMPED_ARGUMENTS,
} from './scripts/chromium.mjs';

/** A limit against hanging, not against slowness: a shared machine may be ten times slower than an idle one, and shaders compile slowly. */
const TEST_TIMEOUT_MS = 600_000;

/** As in core/goldens.ts, for tests in the browser: they fetch the files and are told where they lie. */
const GOLDENS = process.env['GOLDENS'] ?? fileURLToPath(new URL('./core/goldens', import.meta.url));

const GPU = ['{models,workers}/**/*.gpu.test.ts'];
const FULL_GPU = ['workers/**/*.full.gpu.test.ts'];
/** The tests that see by the browser's clamping where a kernel of ours goes out of bounds. */
const KERNELS = ['workers/gpu/{kernels/*,check-gpu-kernels,testing}.gpu.test.ts'];

/** The files of a project that run in a Chromium of these further arguments. */
function inChromium(name: string, include: string[], exclude: string[], args: readonly string[]) {
  return {
    name,
    include,
    exclude,
    browser: 'chromium' as const,
    provider: playwright({
      launchOptions: {
        // Playwright names its own where there is none: its error then says what is missing.
        executablePath: findChromium() ?? chromium.executablePath(),
        args: [...CHROMIUM_ARGUMENTS, ...SWIFTSHADER_ARGUMENTS, ...args],
      },
    }),
  };
}

/** A project that runs in the browser. */
function browserProject(
  name: string,
  include: string[],
  fileParallelism: boolean,
  instances: ReturnType<typeof inChromium>[],
) {
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
    optimizeDeps: {
      noDiscovery: true,
      exclude: ['onnxruntime-web'],
      include: ['comlink', 'fflate', 'idb-keyval'],
    },
    test: {
      name,
      provide: { goldens: GOLDENS },
      include,
      fileParallelism,
      testTimeout: TEST_TIMEOUT_MS,
      hookTimeout: TEST_TIMEOUT_MS,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        commands: {
          reportGolden: (_context: unknown, ...report: Parameters<typeof reportGolden>) =>
            reportGolden(...report),
        },
        provider: playwright(),
        instances,
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
          include: ['{core,models,workers,scripts,bench}/**/*.test.ts'],
          exclude: ['**/*.gpu.test.ts', '**/*.full.test.ts'],
          environment: 'node',
          testTimeout: TEST_TIMEOUT_MS,
          expect: { poll: { timeout: TEST_TIMEOUT_MS } },
          // A process for each file takes as long as a third of the tests themselves, and these files share no state.
          isolate: false,
        },
      },
      {
        test: {
          name: 'page',
          include: ['src/**/*.test.{ts,tsx}'],
          setupFiles: ['src/testing/patient-waits.ts'],
          environment: 'node',
          testTimeout: TEST_TIMEOUT_MS,
          expect: { poll: { timeout: TEST_TIMEOUT_MS } },
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
      browserProject('gpu', GPU, true, [
        inChromium('gpu (kernels)', KERNELS, FULL_GPU, []),
        inChromium('gpu (models)', GPU, [...KERNELS, ...FULL_GPU], UNCLAMPED_ARGUMENTS),
      ]),
      browserProject('full-gpu', FULL_GPU, false, [
        inChromium('full-gpu (chromium)', FULL_GPU, [], UNCLAMPED_ARGUMENTS),
      ]),
    ],
  },
});
