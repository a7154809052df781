/** The schema table of a cohort: which key was read for what, in how many files. */
import type { FieldName, SampleRecord } from './sample.ts';
import { FIELDS } from './schema.ts';

export interface SchemaRow {
  readonly field: FieldName;
  /** The array's name in the files; null for the files that have none. */
  readonly key: string | null;
  readonly fileCount: number;
}

/** One row for every field and key in use, most used first, and one for the files without the field where there are any. */
export function reportSchema(records: readonly Pick<SampleRecord, 'keys'>[]): readonly SchemaRow[] {
  return FIELDS.flatMap((field) => {
    const counts = new Map<string | null, number>();
    for (const { keys } of records) {
      const key = keys[field] ?? null;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts]
      .toSorted(([a, countA], [b, countB]) => Number(a === null) - Number(b === null) || countB - countA)
      .map(([key, fileCount]) => ({ field, key, fileCount }));
  });
}
