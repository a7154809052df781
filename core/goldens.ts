/**
 * Where the golden tests find their reference data, and how they report what they checked.
 * For tests in Node only: nothing of the product imports this file.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OWN_COPIES = fileURLToPath(new URL('./goldens', import.meta.url));

/** Absolute path of a golden folder: below the environment's GOLDENS, else the copy kept in the project. */
export function goldensFolder(name: string): string {
  return join(process.env['GOLDENS'] ?? OWN_COPIES, name);
}

/**
 * Appends `{folder, cases, worstError}` as one JSON line to the file named by the environment's GOLDENS_REPORT;
 * does nothing without it. `worstError` is the largest absolute difference, 0 where everything must be exact.
 */
export function reportGolden(folder: string, cases: number, worstError: number): void {
  const path = process.env['GOLDENS_REPORT'];
  if (path === undefined) return;
  // JSON has no Infinity or NaN, and a report must not turn one into null.
  const error = Number.isFinite(worstError) ? worstError : String(worstError);
  appendFileSync(path, `${JSON.stringify({ folder, cases, worstError: error })}\n`);
}
