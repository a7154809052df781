/** Build, dev server and preview server of the page. The tests have their own vitest.config.ts. */
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { ownCheckpoints } from './scripts/checkpoint-list.ts';
import { developmentHeaders, pageHeaders } from './scripts/headers.ts';
import { sourceVersion, VERSION_FILE } from './scripts/install.mjs';
import { serviceWorkerPlugin } from './scripts/service-worker-plugin.ts';

const version = sourceVersion();

/** Writes the version beside the page, where the commands that need a build read which one it is. */
const versionFile: Plugin = {
  name: 'equiseg-version-file',
  apply: 'build',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: VERSION_FILE, source: version });
  },
};

export default defineConfig({
  // Relative addresses: the site works from any folder of any static host.
  base: './',
  plugins: [react(), versionFile, serviceWorkerPlugin()],
  define: {
    EQUISEG_VERSION: JSON.stringify(version),
    EQUISEG_CHECKPOINTS: JSON.stringify(ownCheckpoints()),
  },
  worker: { format: 'es' },
  build: { target: 'es2023', sourcemap: false },
  server: { headers: developmentHeaders() },
  preview: { headers: pageHeaders() },
});
