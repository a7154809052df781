/** Build, dev server and preview server of the page. The tests have their own vitest.config.ts. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { ownCheckpoints } from './scripts/checkpoint-list.ts';
import { developmentHeaders, pageHeaders } from './scripts/headers.ts';
import { serviceWorkerPlugin } from './scripts/service-worker-plugin.ts';

function version(): string {
  const { version: release } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  try {
    const commit = execFileSync('git', ['rev-parse', '--short=8', 'HEAD'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return `${release}+${commit.toString().trim()}`;
  } catch {
    // Built from an archive: there is no commit to name.
    return release;
  }
}

export default defineConfig({
  // Relative addresses: the site works from any folder of any static host.
  base: './',
  plugins: [react(), serviceWorkerPlugin()],
  define: {
    EQUISEG_VERSION: JSON.stringify(version()),
    EQUISEG_CHECKPOINTS: JSON.stringify(ownCheckpoints()),
  },
  worker: { format: 'es' },
  build: { target: 'es2023', sourcemap: false },
  server: { headers: developmentHeaders() },
  preview: { headers: pageHeaders() },
});
