/** Steps of the Search place that several specs take, and an independent computation of what it shows. */
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { startSmallDemo } from './harness/demo-cohort.ts';
import { readTray } from './harness/job-tray.ts';

/** Makes the demo cohort and goes to Search. */
export async function openSearchOnDemo(page: Page): Promise<void> {
  await startSmallDemo(page);
  await expect.poll(async () => (await readTray(page)).end).toBe('done');
  // By the link: the page may be served from elsewhere than the tests' own address.
  await page.getByRole('link', { name: /^Search/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Search' })).toBeVisible();
}

/** Sets a number of the settings column. */
export async function setNumber(page: Page, label: RegExp, value: number): Promise<void> {
  const field = page.getByRole('textbox', { name: label });
  await field.fill(String(value));
  await field.blur();
}

/** Chooses an entry of a select in the settings column. */
export async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).selectOption({ label: option });
}

/** Presses the primary action and waits for the search to end well. */
export async function search(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect.poll(async () => (await readTray(page)).text).toMatch(/Searching.*done after/s);
}

/** Saves one of the exports and returns its bytes and its name. */
export async function saved(page: Page, item: RegExp): Promise<{ name: string; bytes: Buffer }> {
  await page.getByRole('button', { name: 'Export selection' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: item }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

type Rows = readonly (readonly number[])[];

function meanOf(rows: Rows): number[] {
  return (rows[0] as number[]).map(
    (_, j) => rows.reduce((sum, row) => sum + (row[j] as number), 0) / rows.length,
  );
}

function covarianceOf(rows: Rows): number[][] {
  const mean = meanOf(rows);
  return mean.map((_, i) =>
    mean.map(
      (__, j) =>
        rows.reduce(
          (sum, row) =>
            sum + ((row[i] as number) - (mean[i] as number)) * ((row[j] as number) - (mean[j] as number)),
          0,
        ) /
        (rows.length - 1),
    ),
  );
}

function product(a: Rows, b: Rows): number[][] {
  return a.map((row) =>
    (b[0] as number[]).map((_, j) =>
      row.reduce((sum, value, k) => sum + value * ((b[k] as number[])[j] as number), 0),
    ),
  );
}

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix, by Jacobi's rotations. */
function symmetricEigen(matrix: Rows): { values: number[]; vectors: number[][] } {
  const n = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  const v = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (__, j) => (i === j ? 1 : 0)),
  );
  const scale = Math.max(...a.map((row) => Math.max(...row.map(Math.abs))));
  for (let sweep = 0; sweep < 30; sweep++) {
    let largest = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const [rowP, rowQ] = [a[p] as Float64Array, a[q] as Float64Array];
        const off = rowP[q] as number;
        largest = Math.max(largest, Math.abs(off));
        if (Math.abs(off) <= 1e-18 * scale) continue;
        const theta = ((rowQ[q] as number) - (rowP[p] as number)) / (2 * off);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const row = a[k] as Float64Array;
          const [x, y] = [row[p] as number, row[q] as number];
          row[p] = c * x - s * y;
          row[q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [rowP[k] as number, rowQ[k] as number];
          rowP[k] = c * x - s * y;
          rowQ[k] = s * x + c * y;
          const row = v[k] as Float64Array;
          const [vx, vy] = [row[p] as number, row[q] as number];
          row[p] = c * vx - s * vy;
          row[q] = s * vx + c * vy;
        }
      }
    }
    if (largest <= 1e-15 * scale) break;
  }
  return {
    values: a.map((row, i) => row[i] as number),
    vectors: v.map((row) => Array.from(row)),
  };
}

const trace = (matrix: Rows) => matrix.reduce((sum, row, i) => sum + (row[i] as number), 0);

/**
 * The Fréchet distance by the textbook: covariance matrices, and the trace of the root of B^(1/2) A B^(1/2). The page
 * takes another way (a nuclear norm of centred features, no covariance matrix).
 */
export function textbookFrechet(x: Rows, y: Rows): number {
  const [a, b] = [covarianceOf(x), covarianceOf(y)];
  const { values, vectors } = symmetricEigen(b);
  const scaled = vectors.map((row) =>
    row.map((value, k) => value * Math.sqrt(Math.max(0, values[k] as number))),
  );
  const transposed = vectors.map((_, j) => vectors.map((row) => row[j] as number));
  const rootB = product(scaled, transposed);
  const inner = symmetricEigen(product(product(rootB, a), rootB)).values;
  const rootTrace = inner.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  const [meanX, meanY] = [meanOf(x), meanOf(y)];
  const shift = meanX.reduce((sum, value, i) => sum + (value - (meanY[i] as number)) ** 2, 0);
  return shift + trace(a) + trace(b) - 2 * rootTrace;
}
