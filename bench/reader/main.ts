/** The page around the worker that is timed: `readFiles()` reads the chosen files once and resolves with the seconds it took. */
import { wrap } from 'comlink';

const readAll = wrap<(files: readonly File[]) => number>(
  new Worker(new URL('./read-files.worker.ts', import.meta.url), { type: 'module' }),
);
const input = document.querySelector('input');

Object.assign(globalThis, { readFiles: () => readAll([...(input?.files ?? [])]) });
