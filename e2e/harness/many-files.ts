/** A folder with so many files that reading it takes seconds: the good ones of a cohort folder, again and again, none equal to another. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CohortFolder } from './cohort-folder.ts';

/** The archive with a comment of its own at the end, which no reader of samples looks at: the same sample, other content. */
function withComment(zip: Uint8Array, comment: string): Uint8Array {
  const text = new TextEncoder().encode(comment);
  const bytes = new Uint8Array(zip.length + text.length);
  bytes.set(zip);
  bytes.set(text, zip.length);
  // The last field of an archive without comment is the comment's length.
  new DataView(bytes.buffer).setUint16(zip.length - 2, text.length, true);
  return bytes;
}

/** Writes `copies` of each good sample of `folder` below the system's temporary folder; returns the path and the count. The caller removes it. */
export function writeManyFiles(
  folder: Pick<CohortFolder, 'path'>,
  copies: number,
): { path: string; count: number } {
  const path = mkdtempSync(join(tmpdir(), 'equiseg-many-'));
  const names = readdirSync(join(folder.path, 'images'));
  for (let copy = 0; copy < copies; copy++) {
    const part = join(path, `part-${copy}`);
    mkdirSync(part);
    for (const name of names) {
      const zip = readFileSync(join(folder.path, 'images', name));
      writeFileSync(join(part, name), withComment(zip, `copy ${copy}`));
    }
  }
  return { path, count: copies * names.length };
}
