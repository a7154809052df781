/** An append-only list of JSON values in a file, one per line. What a crash left half-written at the end is dropped. */
import type { RandomAccessFile } from './random-access-file.ts';

const NEWLINE = 0x0a;

export interface RecordLog {
  append(values: readonly unknown[]): void;
  clear(): void;
  flush(): void;
}

/** Parses the lines; one that is not JSON is left out, because a damaged line says nothing about the others. */
function parseLines(bytes: Uint8Array): unknown[] {
  const values: unknown[] = [];
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    if (line === '') continue;
    try {
      values.push(JSON.parse(line));
    } catch {
      continue;
    }
  }
  return values;
}

/**
 * Opens a log: the values that stand in the file, and the log to append to.
 * A last line without its newline is a torn write: it is cut off, so that the next append does not join it.
 */
export function openRecordLog(file: RandomAccessFile): {
  readonly values: unknown[];
  readonly log: RecordLog;
} {
  const bytes = new Uint8Array(file.getSize());
  file.read(bytes, { at: 0 });
  let end = bytes.lastIndexOf(NEWLINE) + 1;
  if (end < bytes.length) file.truncate(end);
  const encoder = new TextEncoder();
  return {
    values: parseLines(bytes.subarray(0, end)),
    log: {
      append(added) {
        const lines = added.map((value) => `${JSON.stringify(value)}\n`);
        end += file.write(encoder.encode(lines.join('')), { at: end });
      },
      clear() {
        file.truncate(0);
        end = 0;
      },
      flush: () => file.flush(),
    },
  };
}
