/** Matrices out of golden `.npz` files. For tests in Node only: nothing of the product imports this file. */
import { readFileSync } from 'node:fs';
import { toNumbers } from '../formats/npy.ts';
import { type NpzFile, readNpz } from '../formats/npz.ts';
import type { Matrix } from './matrix.ts';

/** Opens a golden `.npz` file. */
export function openNpz(path: string): NpzFile {
  return readNpz(new Uint8Array(readFileSync(path)));
}

/** An array as a matrix; one axis becomes a column. Integers become float64. */
export function npzMatrix(npz: NpzFile, key: string): Matrix {
  const array = npz.read(key);
  const values = toNumbers(array);
  const data =
    values instanceof Float32Array || values instanceof Float64Array ? values : Float64Array.from(values);
  const rows = array.shape[0] ?? 1;
  return { data, rows, columns: rows === 0 ? 0 : data.length / rows };
}
