/** The files of folders that the page has handles of, listed by the folder worker. */
import type { IngestFile } from '../../workers/api/data.ts';
import type { FolderWorker } from '../../workers/api/folder.ts';
import { observed, startedWhenAsked } from './observed-worker.ts';

const folderWorker = startedWhenAsked(() =>
  observed<FolderWorker>(
    new Worker(new URL('../../workers/folder.worker.ts', import.meta.url), {
      type: 'module',
      name: 'folder',
    }),
    'folder worker',
  ),
);

/** The files of a folder, while it is still being listed. Errors: what the browser refuses the folder with; `worker/crashed`. */
export async function* listFolder(folder: FileSystemDirectoryHandle): AsyncGenerator<IngestFile> {
  const worker = folderWorker();
  const listing = await worker.open(folder);
  try {
    for (;;) {
      const part = await worker.next(listing);
      if (part.length === 0) return;
      yield* part;
    }
  } finally {
    void worker.close(listing).catch(() => undefined);
  }
}
