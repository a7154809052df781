/**
 * The Chromium that tests, benchmarks and the demo drive: one already on the machine, else Playwright's, else
 * Debian's package. A candidate counts only when it starts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FIXED_PATHS = ['/usr/bin/chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** Ten seconds without an answer is a machine that cannot reach the download server. */
const DOWNLOAD_ENVIRONMENT = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' };
const DOWNLOAD_LIMIT_MS = 5 * 60_000;

/** Command line that every start of Chromium here shares: it works as root in a container, and the browser itself stays silent. */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What adds a software WebGPU adapter. */
export const SWIFTSHADER_ARGUMENTS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** @type {Record<string, string[]>} what Chromium is started with for an adapter, by `--adapter` of the commands */
const ADAPTERS = { swiftshader: SWIFTSHADER_ARGUMENTS, default: ['--enable-unsafe-webgpu'] };

/**
 * What Chromium is started with for the adapter that `--adapter` names. Throws for another name.
 * @param {string} name
 */
export function adapterArguments(name) {
  const found = ADAPTERS[name];
  if (!found) throw new Error(`--adapter is one of ${Object.keys(ADAPTERS).join(', ')}.`);
  return found;
}

/**
 * What leaves out the browser's own clamping of every index in a shader, a third of the time that the software adapter takes to
 * compile one. For tests of pages and of models, not of our kernels, whose tests see an index out of bounds by the clamping.
 */
export const UNCLAMPED_ARGUMENTS = [
  '--enable-dawn-features=disable_robustness,disable_polyfills_on_integer_div_and_mod',
];

/** @param {string} path */
function starts(path) {
  return existsSync(path) && spawnSync(path, ['--version'], { timeout: 30_000 }).status === 0;
}

/** @returns {string[]} where Playwright keeps its own, if Playwright is installed */
function playwrightPath() {
  try {
    return [createRequire(import.meta.url)('@playwright/test').chromium.executablePath()];
  } catch {
    return [];
  }
}

/** Path of a Chromium that starts, or undefined. The environment's CHROMIUM comes first and, when set, is the only one tried. */
export function findChromium() {
  const chosen = process.env['CHROMIUM'];
  if (chosen) return starts(chosen) ? chosen : undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const named = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...FIXED_PATHS, ...named, ...playwrightPath()].find(starts);
}

function isDebianRoot() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/etc/os-release'))
    return false;
  return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  console.log(`${command} ${args.join(' ')}`);
  const env = { ...process.env, ...DOWNLOAD_ENVIRONMENT, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { stdio: 'inherit', env, timeout: DOWNLOAD_LIMIT_MS }).status === 0;
}

/** Path of a Chromium that starts, installed if need be. Throws a sentence that says what to do when none can be had. */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  if (process.env['CHROMIUM'])
    throw new Error(`CHROMIUM names ${process.env['CHROMIUM']}, which does not start.`);
  console.log('No Chromium on this machine: installing one.');
  run('npx', ['playwright', 'install', 'chromium']);
  const downloaded = findChromium();
  if (downloaded) return downloaded;
  if (isDebianRoot() && run('apt-get', ['update'])) run('apt-get', ['install', '-y', 'chromium']);
  const packaged = findChromium();
  if (packaged) return packaged;
  throw new Error(
    'No Chromium could be found or installed. Install Chromium or Chrome (on Debian: apt-get install chromium), ' +
      'or set CHROMIUM to the path of one.',
  );
}
