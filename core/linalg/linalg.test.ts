import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../errors.ts';
import { createRandom } from '../random.ts';
import { describeDifference } from '../testing.ts';
import { columnMeans, gatherRows, type Matrix, productTransposed, rowBlock, transpose } from './matrix.ts';
import { mapToPlane, principalComponents } from './principal-components.ts';
import { nuclearNorm, singularValues } from './singular-values.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { lowerTriangularFactor } from './triangular-factor.ts';

function randomMatrix(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed);
  return { data: Float64Array.from({ length: rows * columns }, () => random.normal()), rows, columns };
}

function plainProduct(a: Matrix, b: Matrix): number[] {
  return Array.from({ length: a.rows * b.rows }, (_, at) => {
    const i = Math.floor(at / b.rows);
    const j = at % b.rows;
    let sum = 0;
    for (let k = 0; k < a.columns; k++) {
      sum += (a.data[i * a.columns + k] as number) * (b.data[j * b.columns + k] as number);
    }
    return sum;
  });
}

const TIGHT = { abs: 1e-11, rel: 1e-11 };

describe('productTransposed', () => {
  it.each([
    [1, 1, 1],
    [2, 4, 3],
    [3, 5, 7],
    [65, 67, 259],
    [64, 64, 256],
  ])('equals the plain sum for %i x %i over %i columns', (m, n, d) => {
    const a = randomMatrix(m, d, 1);
    const b = randomMatrix(n, d, 2);
    expect(describeDifference(productTransposed(a, b), plainProduct(a, b), TIGHT)).toBeUndefined();
  });

  it('sums float32 features in float64', () => {
    // 1 + 2^-30 needs 31 bits: float32 sums would lose the small term.
    const a = { data: Float32Array.of(1, 2 ** -15), rows: 1, columns: 2 };
    expect(productTransposed(a, a)[0]).toBe(1 + 2 ** -30);
  });
});

it('rows, blocks and means of a matrix agree', () => {
  const matrix = randomMatrix(7, 3, 5);
  expect(Array.from(gatherRows(matrix, [2, 3]).data)).toEqual(Array.from(rowBlock(matrix, 2, 2).data));
  expect(Array.from(transpose(transpose(matrix)).data)).toEqual(Array.from(matrix.data));
  const means = columnMeans(gatherRows(matrix, [6, 0, 1]));
  expect(describeDifference(columnMeans(matrix, [6, 0, 1]), means, TIGHT)).toBeUndefined();
});

describe('symmetricEigen', () => {
  it('gives orthonormal vectors with A v = lambda v, ascending', () => {
    const n = 23;
    const a = productTransposed(randomMatrix(n, 9, 3), randomMatrix(n, 9, 3)); // rank 9: many zero eigenvalues
    const { values, vectors } = symmetricEigen(a, n);
    const v: Matrix = { data: vectors, rows: n, columns: n };
    const identity = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
    expect(describeDifference(productTransposed(v, v), identity, { abs: 1e-12, rel: 0 })).toBeUndefined();
    const image = productTransposed(v, { data: a, rows: n, columns: n });
    const scaled = Float64Array.from(vectors, (x, i) => x * (values[Math.floor(i / n)] as number));
    expect(describeDifference(image, scaled, { abs: 1e-11, rel: 0 })).toBeUndefined();
    expect(values.toSorted()).toEqual(values);
  });

  it.each([
    [[4], 1, [4]],
    [[2, 1, 1, 2], 2, [1, 3]],
    [[0, 0, 0, 0, 0, 0, 0, 0, 0], 3, [0, 0, 0]],
    [[3, 0, 0, 0, -1, 0, 0, 0, 2], 3, [-1, 2, 3]],
  ])('knows the eigenvalues of %j', (matrix, n, wanted) => {
    const { values } = symmetricEigen(Float64Array.from(matrix), n);
    expect(describeDifference(values, wanted, { abs: 1e-14, rel: 1e-14 })).toBeUndefined();
  });

  it('refuses a matrix that is not finite', () => {
    expect(() => symmetricEigen(Float64Array.of(1, NaN, NaN, 1), 2)).toThrow(
      expect.objectContaining({ code: 'linalg/non-finite' }),
    );
    expect(() => symmetricEigen(Float64Array.of(1, NaN, NaN, 1), 2)).toThrow(WorkbenchError);
  });
});

it('the triangular factor keeps the Gram matrix', () => {
  const wide = randomMatrix(6, 19, 8);
  const lower = lowerTriangularFactor(wide);
  expect(
    describeDifference(productTransposed(lower, lower), productTransposed(wide, wide), TIGHT),
  ).toBeUndefined();
  for (let i = 0; i < 6; i++) {
    for (let j = i + 1; j < 6; j++) expect(lower.data[i * 6 + j]).toBe(0);
  }
});

/** U diag(values) Vᵀ with orthonormal rows of U and V made by the eigenvectors of random matrices. */
function withSingularValues(values: readonly number[], columns: number): Matrix {
  const rows = values.length;
  const gram = (n: number, seed: number) =>
    symmetricEigen(productTransposed(randomMatrix(n, n, seed), randomMatrix(n, n, seed)), n).vectors;
  const u = gram(rows, 11);
  const v = gram(columns, 12);
  const data = new Float64Array(rows * columns);
  values.forEach((value, k) => {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        data[i * columns + j] =
          (data[i * columns + j] as number) +
          value * (u[k * rows + i] as number) * (v[k * columns + j] as number);
      }
    }
  });
  return { data, rows, columns };
}

describe('singular values', () => {
  it('keeps digits that the eigenvalues of M Mᵀ would lose', () => {
    const wanted = [3, 1, 1e-6, 1e-10, 1e-12];
    const matrix = withSingularValues(wanted, 8);
    const tolerance = { abs: 1e-14, rel: 0 };
    expect(describeDifference(singularValues(matrix), wanted, tolerance)).toBeUndefined();
    expect(describeDifference(singularValues(transpose(matrix)), wanted, tolerance)).toBeUndefined();
  });

  it('handles zero, rank-deficient, single-row and single-element matrices', () => {
    expect(nuclearNorm({ data: new Float64Array(12), rows: 3, columns: 4 })).toBe(0);
    const rankOne = { data: Float64Array.from({ length: 12 }, () => 2), rows: 3, columns: 4 };
    expect(nuclearNorm(rankOne)).toBeCloseTo(2 * Math.sqrt(12), 12);
    expect(nuclearNorm({ data: Float64Array.of(3, -4), rows: 1, columns: 2 })).toBeCloseTo(5, 14);
    expect(nuclearNorm({ data: Float64Array.of(-7), rows: 1, columns: 1 })).toBeCloseTo(7, 13);
  });

  it('is indifferent to scale, from 1e-150 to 1e150', () => {
    const matrix = randomMatrix(5, 7, 21);
    const norm = nuclearNorm(matrix);
    for (const scale of [1e-150, 1e150]) {
      const scaled = { ...matrix, data: Float64Array.from(matrix.data, (x) => x * scale) };
      expect(nuclearNorm(scaled) / scale / norm).toBeCloseTo(1, 12);
    }
  });
});

describe('principal components', () => {
  const none = () => Promise.resolve();

  it('finds the two directions that were planted, with their shares', async () => {
    const random = createRandom(4);
    const columns = 6;
    const data = new Float32Array(400 * columns);
    for (let i = 0; i < 400; i++) {
      data[i * columns] = 5 + 10 * random.normal();
      data[i * columns + 3] = -2 + 4 * random.normal();
      data[i * columns + 5] = 0.1 * random.normal();
    }
    const matrix = { data, rows: 400, columns };
    const found = await principalComponents(matrix, 2, 1, none);
    expect(found.axes.data[0]).toBeGreaterThan(0.99);
    expect(found.axes.data[columns + 3]).toBeGreaterThan(0.99);
    expect((found.shareFrac[0] ?? 0) + (found.shareFrac[1] ?? 0)).toBeGreaterThan(0.999);
    const plane = mapToPlane(matrix, found);
    let sum = 0;
    for (let i = 0; i < plane.length; i += 2) sum += plane[i] as number;
    expect(Math.abs(sum / 400)).toBeLessThan(1e-3);
  });

  it('maps identical samples to one point and a single feature to a line', async () => {
    const same = { data: new Float32Array(12).fill(3), rows: 4, columns: 3 };
    const components = await principalComponents(same, 2, 1, none);
    expect(Array.from(mapToPlane(same, components)).every((x) => Math.abs(x) < 1e-6)).toBe(true);
    expect(components.shareFrac).toEqual([0, 0]);
    const line = { data: Float32Array.of(1, 2, 6), rows: 3, columns: 1 };
    expect(Array.from(mapToPlane(line, await principalComponents(line, 2, 1, none)))).toEqual([
      -2, 0, -1, 0, 3, 0,
    ]);
  });
});
