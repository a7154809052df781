// Two test projects: `unit` in Node, `gpu` in a real Chromium with WebGPU on a software adapter.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{core,models,workers,src,scripts,bench}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.gpu.test.ts', 'node_modules/**'],
          environment: 'node',
        },
      },
    ],
  },
});
