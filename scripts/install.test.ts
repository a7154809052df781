/** A build names the sources it was made of, and is made anew when they have another name. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isBuilt, sourceVersion, VERSION_FILE } from './install.mjs';

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
