// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { deleteStoredData, inspectStoredData, registerStoreOwner } from './stored-data.ts';

/** The four stores of a browser, in memory; `log` has the order of what was done. */
function fakeBrowser(names: { files: string[]; databases: string[]; caches: string[] }) {
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

afterEach(() => vi.unstubAllGlobals());

it('lists what is stored and leaves nothing after a deletion, once the owners have let go', async () => {
  const log = fakeBrowser({ files: ['shard-0', 'features'], databases: ['keyval'], caches: ['equiseg-1'] });
  window.localStorage.setItem('equiseg.preferences.ui', '{}');
  const stop = registerStoreOwner(() => {
    log.push('closed');
    return Promise.resolve();
  });
  expect(await inspectStoredData()).toEqual({
    usedBytes: 1000,
    quotaBytes: 5000,
    folders: ['shard-0', 'features'],
    databases: ['keyval'],
    preferenceCount: 1,
    offlineCopies: ['equiseg-1'],
  });
  await deleteStoredData();
  expect(log).toEqual(['closed', 'file shard-0 true', 'file features true']);
  expect(await inspectStoredData()).toMatchObject({
    folders: [],
    databases: [],
    preferenceCount: 0,
    offlineCopies: [],
  });
  stop();
});
