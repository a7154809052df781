/** The decoder's position encoding: a parameter of the graph that checkpoints hold as a small random matrix. */
import { WorkbenchError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import type { Tensor } from '../graph/graph.ts';

/** The parameter of the decoder, [1,g*g,E]. */
export const DENSE_POSITIONS = 'prompt_encoder.dense_pe';
/** What it is made of, [2,E/2]. */
export const POSITION_MATRIX = 'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix';

/**
 * Random Fourier features of the centres of a square grid: for the centre (x,y) in [-1,1] the sines, then the cosines, of
 * 2 pi (x * matrix[0] + y * matrix[1]).
 * Shapes: matrix [2,E/2]; result [1,grid*grid,E].
 * Source: Tancik et al., "Fourier features let networks learn high frequency functions in low dimensional domains", 2020.
 */
export function densePositions(matrix: Float32Array, grid: number): Tensor {
  const half = matrix.length / 2;
  const data = new Float32Array(grid * grid * 2 * half);
  const centre = (index: number) => (2 * (index + 0.5)) / grid - 1;
  let at = 0;
  for (let row = 0; row < grid; row++) {
    for (let column = 0; column < grid; column++, at += 2 * half) {
      for (let i = 0; i < half; i++) {
        const across = centre(column) * (matrix[i] as number);
        const angle = 2 * Math.PI * (across + centre(row) * (matrix[half + i] as number));
        data[at + i] = Math.sin(angle);
        data[at + half + i] = Math.cos(angle);
      }
    }
  }
  return { shape: [1, grid * grid, 2 * half], data };
}

/**
 * The checkpoint with the encoding itself beside the matrix that it is made of, computed when it is read.
 * Errors: `checkpoint/missing-tensor` when the matrix is missing.
 */
export function withDensePositions(source: TensorSource, grid: number): TensorSource {
  const matrix = source.tensors.get(POSITION_MATRIX);
  if (matrix === undefined) {
    throw new WorkbenchError('checkpoint/missing-tensor', `The checkpoint lacks ${POSITION_MATRIX}.`, {
      context: { tensors: [POSITION_MATRIX] },
    });
  }
  const shape = [1, grid * grid, 2 * (matrix.shape[1] ?? 0)];
  return {
    ...source,
    tensors: new Map([
      ...source.tensors,
      [DENSE_POSITIONS, { name: DENSE_POSITIONS, dtype: 'float32' as const, shape }],
    ]),
    async read(name) {
      if (name !== DENSE_POSITIONS) return source.read(name);
      return Float32Array.from(densePositions(await source.read(POSITION_MATRIX), grid).data);
    },
  };
}
