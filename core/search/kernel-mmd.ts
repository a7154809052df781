/** The kernel Inception distance: unbiased squared MMD with a cubic polynomial kernel. Unlike the Fréchet distance it has no sample-size bias. */
import { type MatMul, type Matrix, javaScriptMatMul, rowBlock } from '../linalg/matrix.ts';

const ROWS_PER_STEP = 256;

/** Sum of (x . y / d + 1)^3 over all pairs; with `skipDiagonal`, over pairs with different indices of one set. */
async function kernelSum(x: Matrix, y: Matrix, skipDiagonal: boolean, matMul: MatMul): Promise<number> {
  let total = 0;
  for (let row = 0; row < x.rows; row += ROWS_PER_STEP) {
    const block = rowBlock(x, row, Math.min(ROWS_PER_STEP, x.rows - row));
    const products = await matMul.productTransposed(block, y);
    for (let i = 0; i < block.rows; i++) {
      let sum = 0;
      for (let j = 0; j < y.rows; j++) {
        if (skipDiagonal && j === row + i) continue;
        const k = (products[i * y.rows + j] as number) / x.columns + 1;
        sum += k * k * k;
      }
      total += sum;
    }
  }
  return total;
}

/** Mean kernel value over the ordered pairs of different samples of one set. */
async function meanSelfKernel(x: Matrix, matMul: MatMul): Promise<number> {
  return (await kernelSum(x, x, true, matMul)) / (x.rows * (x.rows - 1));
}

/**
 * Unbiased squared MMD (KID) with the kernel (x . y / d + 1)^3; may be negative; null when a set has fewer than two samples.
 * Shapes: `x` [n, d], `y` [m, d].
 * Source: Bińkowski et al., "Demystifying MMD GANs", ICLR 2018.
 */
export async function kernelInceptionDistance(
  x: Matrix,
  y: Matrix,
  matMul: MatMul = javaScriptMatMul,
): Promise<number | null> {
  if (x.rows < 2 || y.rows < 2) return null;
  const cross = (await kernelSum(x, y, false, matMul)) / (x.rows * y.rows);
  return (await meanSelfKernel(x, matMul)) + (await meanSelfKernel(y, matMul)) - 2 * cross;
}
