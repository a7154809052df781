// @vitest-environment happy-dom
/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { store } from '../state/store.ts';
import { startJob } from './jobs.ts';
import { deleteStoredData, inspectStoredData, PRIVATE_FOLDERS, registerStoreOwner } from './stored-data.ts';

/** The four stores of a browser, in memory; `log` has the order of what was done. */
function fakeBrowser(names: { files: string[]; databases: string[]; caches: string[] }, locked?: string) {
  const log: string[] = [];
  const files = new Set(names.files);
  const databases = new Set(names.databases);
  const offline = new Set(names.caches);
  vi.stubGlobal('navigator', {
    storage: {
      estimate: () => Promise.resolve({ usage: 1000, quota: 5000 }),
      getDirectory: () =>
        Promise.resolve({
          keys: () => [...files].values(),
          removeEntry: (name: string, options: { recursive: boolean }) => {
            log.push(`file ${name} ${options.recursive}`);
            if (name === locked)
              return Promise.reject(new DOMException('in use', 'NoModificationAllowedError'));
            files.delete(name);
            return Promise.resolve();
          },
        }),
    },
  });
  vi.stubGlobal('indexedDB', {
    databases: () => Promise.resolve(Array.from(databases, (name) => ({ name, version: 1 }))),
    deleteDatabase: (name: string) => {
      databases.delete(name);
      const request: { onsuccess?: () => void } = {};
      queueMicrotask(() => request.onsuccess?.());
      return request;
    },
  });
  vi.stubGlobal('caches', {
    keys: () => Promise.resolve([...offline]),
    delete: (name: string) => Promise.resolve(offline.delete(name)),
  });
  return log;
}

/** What the workbench keeps, and what another page of the same origin does. */
const STORED = {
  files: ['cohort', 'features', 'notes-of-another-page'],
  databases: ['equiseg-searches', 'keyval-store'],
  caches: ['equiseg /equiseg/ 1', 'workbox'],
};

beforeEach(() => {
  window.localStorage.clear();
  window.localStorage.setItem('equiseg.preferences.ui', '{}');
  window.localStorage.setItem('theme', 'of another page');
});
afterEach(() => vi.unstubAllGlobals());

it('lists and deletes what is the workbench keeps and no more, once the owners have let go', async () => {
  const log = fakeBrowser(STORED);
  const stop = registerStoreOwner(() => {
    log.push('closed');
    return Promise.resolve();
  });
  expect(await inspectStoredData()).toEqual({
    usedBytes: 1000,
    quotaBytes: 5000,
    folders: ['cohort', 'features'],
    databases: ['equiseg-searches'],
    preferenceCount: 1,
    offlineCopies: ['equiseg /equiseg/ 1'],
  });
  await deleteStoredData();
  expect(log).toEqual(['closed', 'file cohort true', 'file features true']);
  expect(await inspectStoredData()).toMatchObject({
    folders: [],
    databases: [],
    preferenceCount: 0,
    offlineCopies: [],
  });
  expect(window.localStorage.getItem('theme')).toBe('of another page');
  expect(await indexedDB.databases()).toMatchObject([{ name: 'keyval-store' }]);
  expect(await caches.keys()).toEqual(['workbox']);
  stop();
});

it('stops what runs, and has it ended, before anything is deleted', async () => {
  const log = fakeBrowser(STORED);
  startJob({
    kind: 'features',
    label: 'Computing features',
    place: 'search',
    run: (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          setTimeout(() => {
            log.push('job ended');
            reject(signal.reason as Error);
          }, 5);
        });
      }),
  });
  // The job runs from the next microtask on.
  await Promise.resolve();
  await deleteStoredData();
  expect(log).toEqual(['job ended', 'file cohort true', 'file features true']);
  expect(store.getState().jobs.running).toEqual([]);
});

it('deletes all else when a folder is in use, and then says so', async () => {
  fakeBrowser(STORED, 'cohort');
  await expect(deleteStoredData()).rejects.toThrow('in use');
  expect(await inspectStoredData()).toMatchObject({
    folders: ['cohort'],
    databases: [],
    preferenceCount: 0,
    offlineCopies: [],
  });
});

it('knows the name of every store that the sources open', () => {
  const root = join(import.meta.dirname, '../..');
  const sources = ['src', 'workers'].flatMap((floor) =>
    readdirSync(join(root, floor), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => ({ path: `${floor}/${name}`, text: readFileSync(join(root, floor, name), 'utf8') })),
  );
  const databases = sources.flatMap(({ path, text }) =>
    text.includes("from 'idb-keyval'")
      ? [...text.matchAll(/\bcreateStore\('([^']+)'/g)].map(([, name]) => ({ path, name }))
      : [],
  );
  expect(databases.length).toBeGreaterThan(0);
  for (const { path, name } of databases)
    expect([path, name]).toEqual([path, expect.stringMatching(/^equiseg-/)]);

  // Whoever opens the file system has a folder of its own, or opens it by a path that begins with one.
  const folders: Readonly<Record<string, readonly string[]>> = {
    'workers/data/open-sample-files.ts': ['cohort'],
    'workers/infer/private-files.ts': ['models', 'encoders', 'training'],
    'workers/infer/pack-places.ts': ['features', 'predictions'],
    'workers/download/downloaded-files.ts': ['downloads'],
    'src/services/evaluate-store.ts': ['predictions'],
    'src/services/stored-data.ts': [],
  };
  const openers = sources.filter(({ text }) => text.includes('storage.getDirectory()'));
  expect(openers.map(({ path }) => path).toSorted()).toEqual(Object.keys(folders).toSorted());
  expect(new Set(Object.values(folders).flat())).toEqual(new Set(PRIVATE_FOLDERS));
});
