/**
 * `npm start`: installs and builds what is missing, serves the workbench on localhost with the isolation headers,
 * prints the address and opens a browser where there is one. Ctrl-C ends it.
 */
import { spawn } from 'node:child_process';
import { ensureBuilt, ensureInstalled, ROOT } from './install.mjs';

/** @returns {[string, string[]] | undefined} the system's command to open an address; undefined on a machine without a screen */
function opener() {
  if (process.platform === 'darwin') return ['open', []];
  if (process.platform === 'win32') return ['cmd', ['/c', 'start', '']];
  return process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? ['xdg-open', []] : undefined;
}

/** @param {string} address */
function openBrowser(address) {
  const command = opener();
  if (!command) return;
  const child = spawn(command[0], [...command[1], address], { stdio: 'ignore', detached: true });
  // The address is printed; a missing opener is no reason to stop.
  child.on('error', () => {});
  child.unref();
}

ensureInstalled();
ensureBuilt();
const { preview } = await import('vite');
const server = await preview({ root: ROOT, logLevel: 'warn', preview: { host: 'localhost', port: 4173 } });
const address = server.resolvedUrls?.local[0] ?? 'http://localhost:4173/';
console.log(`EquiSeg runs at ${address}\nIt is for research, not for clinical use. Ctrl-C ends it.`);
openBrowser(address);

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => {
    // Open connections of a browser would keep the server, and with it this process, alive.
    if ('closeAllConnections' in server.httpServer) server.httpServer.closeAllConnections();
    void server.close().finally(() => process.exit(0));
  });
}
