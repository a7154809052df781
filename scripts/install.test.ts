/** What cannot be installed is said; a build names the sources it was made of, and is made anew when they have another name. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isBuilt, ROOT, sourceVersion, VERSION_FILE } from './install.mjs';

function versionWhere(changes: string | undefined): string {
  return sourceVersion((args) => (args.includes('rev-parse') ? '1a2b3c4d' : changes));
}

test('names the commit only where the sources are those of the commit', () => {
  expect(versionWhere('')).toMatch(/^\d+\.\d+\.\d+\+1a2b3c4d$/);
  expect(versionWhere(' M src/main.tsx')).toMatch(/^\d+\.\d+\.\d+\+1a2b3c4d-dirty$/);
  expect(versionWhere(undefined)).toMatch(/-dirty$/);
  expect(sourceVersion(() => undefined)).toMatch(/^\d+\.\d+\.\d+$/);
});

test('a build serves until a source is newer or the version is another', () => {
  const folder = mkdtempSync(join(tmpdir(), 'equiseg-build-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const last = join(folder, 'service-worker.js');
  expect(isBuilt(folder, '0.1.0+a')).toBe(false);
  writeFileSync(last, '');
  const later = new Date(Date.now() + 3_600_000);
  utimesSync(last, later, later);
  expect(isBuilt(folder, '0.1.0+a')).toBe(false);
  writeFileSync(join(folder, VERSION_FILE), '0.1.0+a');
  expect(isBuilt(folder, '0.1.0+a')).toBe(true);
  expect(isBuilt(folder, '0.1.0+b')).toBe(false);
  expect(isBuilt(folder, '0.1.0+a-dirty')).toBe(false);
  utimesSync(last, new Date(0), new Date(0));
  expect(isBuilt(folder, '0.1.0+a')).toBe(false);
});

/** `npm test` of a project that is nothing but its scripts and this package.json: no lock, so that `npm ci` fails at once. */
function testAlone(node: string) {
  const folder = mkdtempSync(join(tmpdir(), 'equiseg-install-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'scripts'));
  for (const name of ['test', 'install', 'chromium', 'test-counts']) {
    cpSync(join(ROOT, 'scripts', `${name}.mjs`), join(folder, 'scripts', `${name}.mjs`));
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ engines: { node } }));
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'scripts', 'test.mjs')], {
    encoding: 'utf8',
  });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1), stderr };
}

test('a Node that is too old, and dependencies that cannot be had, are said, and the last line counts a failure', () => {
  const old = testAlone('>=99.5');
  expect(old).toMatchObject({ status: 1, lastLine: '0 passed, 1 failed' });
  expect(old.stderr).toContain(`EquiSeg needs Node 99.5 or newer; this is Node ${process.versions.node}.`);
  const bare = testAlone('>=20.19');
  expect(bare).toMatchObject({ status: 1, lastLine: '0 passed, 1 failed' });
  expect(bare.stderr).toContain('EquiSeg needs a reachable npm registry');
});
