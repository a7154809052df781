/** The refused files as CSV and as text. Pure. */
import { serializeCsv } from '../../charts/export-table.ts';
import type { RejectedFile } from '../../state/cohort.ts';

/** RFC 4180 with the columns path, code, reason and size. */
export function rejectedCsv(files: readonly RejectedFile[]): string {
  return serializeCsv({
    columns: [
      { key: 'path', label: 'File', kind: 'text' },
      { key: 'code', label: 'Code', kind: 'text' },
      { key: 'reason', label: 'Reason', kind: 'text' },
      { key: 'size_bytes', label: 'Size', kind: 'count' },
    ],
    rows: files.map(({ path, error, sizeBytes }) => ({
      path,
      code: error.code,
      reason: error.message,
      size_bytes: sizeBytes,
    })),
  });
}

/** One tab-separated line for each file, for the clipboard. */
export function rejectedText(files: readonly RejectedFile[]): string {
  return files
    .map(({ path, error, sizeBytes }) => [path, error.code, error.message, sizeBytes].join('\t'))
    .join('\n');
}
