/** A checkpoint whose tensors are made from a hash of their names when they are read: full size, without a file. */
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { elementCount } from '../graph/shape.ts';
import { synthWeight } from '../reference/synth-weights.ts';

/** The checkpoint with the tensors and shapes given. */
export function synthCheckpoint(
  shapes: Readonly<Record<string, readonly number[]>>,
  salt: string,
): TensorSource {
  const entries = Object.entries(shapes);
  return {
    tensors: new Map(entries.map(([name, shape]) => [name, { name, shape, dtype: 'float32' as const }])),
    metadata: new Map(),
    sizeBytes: entries.reduce((sum, [, shape]) => sum + 4 * elementCount(shape), 0),
    read: (name) => Promise.resolve(Float32Array.from(synthWeight(name, shapes[name] ?? [], salt).data)),
  };
}
