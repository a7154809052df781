/**
 * What every command does first, on a machine with nothing but Node and npm: check the Node version, install the
 * locked dependencies when they are missing or not the ones of the lock, build the page when its sources are newer or
 * have another version.
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

/** @returns {string | undefined} why this Node will not do */
function nodeProblem() {
  const [major, minor] = requiredNode();
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return undefined;
  return `EquiSeg needs Node ${major}.${minor} or newer; this is Node ${process.versions.node}.`;
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

/** @returns {string | undefined} why the locked dependencies are not there and could not be installed */
function installProblem() {
  if (isInstalled()) return undefined;
  console.log('Installing the locked dependencies (npm ci) ...');
  const { status } = spawnSync(NPM, ['ci', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status === 0) return undefined;
  return 'The dependencies could not be installed: npm ci failed, see above. EquiSeg needs a reachable npm registry for its first start.';
}

/**
 * Checks Node and installs what is missing; ends the process with a clear message when that fails.
 * @param {string} [lastLine] what a command that promises a last line prints after the message
 */
export function ensureInstalled(lastLine) {
  const problem = nodeProblem() ?? installProblem();
  if (problem === undefined) return;
  console.error(problem);
  if (lastLine !== undefined) console.log(lastLine);
  process.exit(1);
}

/** @param {string} path @returns {number} newest modification below a file or folder, in ms; folders count, so that a deletion is seen */
function newestMs(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), mtimeMs);
}

const SOURCES =
  'core models workers src public scripts index.html vite.config.ts package.json package-lock.json'.split(
    ' ',
  );

/** @param {string[]} args @returns {string | undefined} what git prints about the repository; undefined where it fails */
function git(args) {
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Version of the page's sources as they are now: of the package and, in a repository, of the commit, marked
 * "-dirty" unless they are known to be those of the commit: "0.1.0+1a2b3c4d-dirty".
 * @param {(args: string[]) => string | undefined} [ask]
 * @returns {string}
 */
export function sourceVersion(ask = git) {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const commit = ask(['rev-parse', '--short=8', 'HEAD']);
  // From an archive: there is no commit to name.
  if (commit === undefined) return version;
  // Without locks: asking must not get in the way of a commit.
  const changes = ask(['--no-optional-locks', 'status', '--porcelain', '--', ...SOURCES]);
  return `${version}+${commit}${changes === '' ? '' : '-dirty'}`;
}

/** The file of a build that holds the version it was built as. */
export const VERSION_FILE = 'version.txt';

/**
 * Whether a folder holds a whole build that is newer than every source and was built as a version. The version is
 * asked for because a commit changes it without touching a file.
 * @param {string} folder @param {string} version @returns {boolean}
 */
export function isBuilt(folder, version) {
  const [last, named] = [join(folder, 'service-worker.js'), join(folder, VERSION_FILE)];
  if (!existsSync(last) || !existsSync(named) || readFileSync(named, 'utf8') !== version) return false;
  const sources = SOURCES.map((name) => join(ROOT, name)).filter((path) => existsSync(path));
  return statSync(last).mtimeMs > Math.max(...sources.map(newestMs));
}

/** Builds the page into dist when there is no build of the sources as they are now; ends the process when that fails. */
export function ensureBuilt() {
  if (isBuilt(join(ROOT, 'dist'), sourceVersion())) return;
  console.log('Building the page ...');
  const command = 'npx --no-install vite build --logLevel warn';
  const { status } = spawnSync(command, { cwd: ROOT, stdio: 'inherit', shell: true });
  if (status === 0) return;
  console.error('The page could not be built, see above.');
  process.exit(1);
}
