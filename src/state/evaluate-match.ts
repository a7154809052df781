/** Finds the sample of every dropped prediction, by file name without its ending. Pure. */
import type { SampleRecord } from '../../core/cohort/sample.ts';

/** What people put behind a sample's name when they save a prediction for it. */
const SUFFIX = /[-_.](pred|prediction|predicted|mask|seg|segmentation)$/i;

export interface MatchedFile<File> {
  readonly file: File;
  readonly record: SampleRecord;
}

export interface UnmatchedFile<File> {
  readonly file: File;
  readonly reason: string;
}

export interface MatchedFiles<File> {
  readonly matched: readonly MatchedFile<File>[];
  readonly unmatched: readonly UnmatchedFile<File>[];
}

/** File name without folders and ending, in lower case. */
export function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return (dot > 0 ? name.slice(0, dot) : name).toLowerCase();
}

/** Samples by stem; those whose stem another sample has too are listed under it together. */
export function recordsByStem(
  records: readonly SampleRecord[],
): ReadonlyMap<string, readonly SampleRecord[]> {
  const byStem = new Map<string, SampleRecord[]>();
  for (const record of records) {
    const stem = stemOf(record.name);
    const same = byStem.get(stem);
    if (same === undefined) byStem.set(stem, [record]);
    else same.push(record);
  }
  return byStem;
}

/**
 * Whether an `.npz` file is for a sample without being it: named like one, and not of its size. The sample's own file,
 * dropped again, belongs to the cohort: its mask is the truth and no prediction.
 */
export function isForSample(
  { path, sizeBytes }: { readonly path: string; readonly sizeBytes: number },
  byStem: ReadonlyMap<string, readonly SampleRecord[]>,
): boolean {
  const stem = stemOf(path);
  const named = byStem.get(stem);
  if (named === undefined) return byStem.has(stem.replace(SUFFIX, ''));
  return named.every((record) => record.sizeBytes !== sizeBytes);
}

/**
 * Every file with its sample, or with why it has none: the name fits no sample, fits several, or another file has taken
 * the sample already. The whole name goes before the name without a suffix such as `_pred`.
 */
export function matchFiles<File extends { readonly path: string }>(
  files: readonly File[],
  byStem: ReadonlyMap<string, readonly SampleRecord[]>,
): MatchedFiles<File> {
  const matched: MatchedFile<File>[] = [];
  const unmatched: UnmatchedFile<File>[] = [];
  const takenBy = new Map<string, string>();
  for (const file of files) {
    const stem = stemOf(file.path);
    const found = byStem.get(stem) ?? byStem.get(stem.replace(SUFFIX, '')) ?? [];
    const [record] = found;
    if (record === undefined) {
      unmatched.push({ file, reason: 'No sample of the cohort has this name.' });
    } else if (found.length > 1) {
      unmatched.push({ file, reason: `${found.length} samples of the cohort have this name.` });
    } else if (takenBy.has(record.id)) {
      unmatched.push({
        file,
        reason: `The sample ${record.name} has a prediction already: ${takenBy.get(record.id)}.`,
      });
    } else {
      takenBy.set(record.id, file.path);
      matched.push({ file, record });
    }
  }
  return { matched, unmatched };
}
