/** Arrays of `.npz` files as matrices. */
import { toNumbers } from '../formats/npy.ts';
import type { NpzFile } from '../formats/npz.ts';
import type { Matrix } from './matrix.ts';

/** An array as a matrix: the first axis gives the rows, the others are joined. Integers become float64. Errors: `npy/*`, `zip/*`. */
export function npzMatrix(npz: NpzFile, key: string): Matrix {
  const array = npz.read(key);
  const values = toNumbers(array);
  const data =
    values instanceof Float32Array || values instanceof Float64Array ? values : Float64Array.from(values);
  const rows = array.shape[0] ?? 1;
  return { data, rows, columns: rows === 0 ? 0 : data.length / rows };
}
