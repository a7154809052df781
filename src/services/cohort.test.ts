/** A reload in the middle of a long read finds the folder again. */
import { expect, it, vi } from 'vitest';
import type { FoundFile } from './dropped-files.ts';
import type { IngestFilesOptions } from './ingest.ts';

const remembered: FileSystemDirectoryHandle[][] = [];
const batch = { records: [], attached: ['a'], rejected: [] };
const nothing = { ...batch, attached: [] };
let countBefore = -1;
let finish: () => void = () => undefined;

vi.mock('./remembered-folders.ts', () => ({
  rememberFolders: (folders: FileSystemDirectoryHandle[]) => Promise.resolve(void remembered.push(folders)),
  reopenFolders: () => Promise.resolve(undefined),
}));
vi.mock('./workers.ts', () => ({
  sampleDirectory: { get: () => undefined },
  cohortFiles: {
    restoreCohort: () => Promise.resolve({ recordCount: 0, waitingCount: 0, persistent: true }),
    ingestFiles: async (_: AsyncIterable<FoundFile>, { onBatch }: IngestFilesOptions) => {
      onBatch(nothing);
      await new Promise((resolve) => setTimeout(resolve, 5));
      countBefore = remembered.length;
      onBatch(batch);
      onBatch(batch);
      await new Promise<void>((resolve) => (finish = resolve));
      return { foundCount: 1, loadedCount: 0, attachedCount: 1, knownCount: 0, rejectedCount: 0 };
    },
  },
}));

it('remembers the folders once, with the first samples read from them', async () => {
  const { takeFiles } = await import('./cohort.ts');
  const folder = { name: 'fairseg' } as FileSystemDirectoryHandle;
  async function* files(): AsyncGenerator<FoundFile> {
    yield { path: 'fairseg/1.npz', file: new File([], '1.npz') };
  }
  const end = takeFiles({ files: files(), folders: () => Promise.resolve([folder]) });
  await expect.poll(() => remembered).toEqual([[folder]]);
  expect(countBefore).toBe(0);
  finish();
  await end;
  expect(remembered).toEqual([[folder]]);
});
