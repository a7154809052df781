/** Split lists: text files such as `train.txt` with one sample's file name a line. */
import { WorkbenchError } from '../errors.ts';

/**
 * The file names of a list, in order, each once: without folders and always ending in `.npz`.
 * Blank lines, `#` comments, quotes, a byte-order mark and Windows line ends and paths are accepted.
 * Errors: `split-list/empty` when no line holds a name.
 */
export function readSplitList(text: string): string[] {
  const names = new Set<string>();
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const path = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .replace(/^(["'])(.*)\1,?$/, '$2');
    const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).trim();
    if (name !== '') names.add(name.toLowerCase().endsWith('.npz') ? name : `${name}.npz`);
  }
  if (names.size > 0) return [...names];
  throw new WorkbenchError(
    'split-list/empty',
    'This list names no file. It should have one file name on each line.',
  );
}
