/** Progress over bytes, in whole megabytes, which a person can read. */
import type { Report } from '../../core/tasks.ts';

const MEGABYTE = 1e6;

/** Reports bytes done of bytes in all. */
export function reportBytes(report: Report, phase: string, doneBytes: number, totalBytes: number): void {
  report({
    phase,
    done: Math.round(doneBytes / MEGABYTE),
    total: Math.round(totalBytes / MEGABYTE),
    unit: 'MB',
  });
}
