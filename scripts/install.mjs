/**
 * What every command does first, on a machine with nothing but Node and npm: check the Node version, install the
 * locked dependencies when they are missing or not the ones of the lock, build the page when its sources are newer.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** @returns {[number, number]} lowest Node version we run on: major, minor */
function requiredNode() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const [, major, minor] = /(\d+)\.(\d+)/.exec(engines.node) ?? [];
  return [Number(major), Number(minor)];
}

function checkNode() {
  const [major, minor] = requiredNode();
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  console.error(`EquiSeg needs Node ${major}.${minor} or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}

/** @param {string} path @returns {Record<string, {version?: string, optional?: boolean, devOptional?: boolean}>} */
function lockedPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

/** True when every package of the lock that is not optional is installed in the locked version. */
function isInstalled() {
  // npm keeps a list of what it really installed beside the packages.
  const listPath = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(listPath)) return false;
  const installed = lockedPackages(listPath);
  return Object.entries(lockedPackages(join(ROOT, 'package-lock.json'))).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || optional || devOptional || installed[path]?.version === version,
  );
}

/** Checks Node and installs what is missing; ends the process with a clear message when that fails. */
export function ensureInstalled() {
  checkNode();
  if (isInstalled()) return;
  console.log('Installing the locked dependencies (npm ci) ...');
  const { status } = spawnSync(NPM, ['ci', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.error('npm ci failed, see above. EquiSeg needs a reachable npm registry for its first start.');
  process.exit(1);
}

/** @param {string} path @returns {number} newest modification below a file or folder, in ms; folders count, so that a deletion is seen */
function newestMs(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), mtimeMs);
}

const SOURCES = 'core models workers src public scripts index.html vite.config.ts package-lock.json'.split(
  ' ',
);

/** Builds the page into dist when there is no build or a source is newer; ends the process when that fails. */
export function ensureBuilt() {
  const built = join(ROOT, 'dist/service-worker.js');
  const sources = SOURCES.map((name) => join(ROOT, name)).filter((path) => existsSync(path));
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...sources.map(newestMs))) return;
  console.log('Building the page ...');
  const command = 'npx --no-install vite build --logLevel warn';
  const { status } = spawnSync(command, { cwd: ROOT, stdio: 'inherit', shell: true });
  if (status === 0) return;
  console.error('The page could not be built, see above.');
  process.exit(1);
}
