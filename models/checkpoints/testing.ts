/** Checkpoints made up for tests: tensors of given shapes whose values tell where they come from. */
import type { TensorInfo, TensorSource } from '../../core/formats/tensor-source.ts';

export type Shapes = Readonly<Record<string, readonly number[]>>;

/** A source of tensors whose values count from 0 in row-major order. */
export function createCountingSource(shapes: Shapes, sizeBytes = 0): TensorSource {
  const entries = Object.entries(shapes);
  return {
    tensors: new Map<string, TensorInfo>(
      entries.map(([name, shape]) => [name, { name, dtype: 'float32', shape }]),
    ),
    metadata: new Map(),
    sizeBytes,
    async read(name) {
      const count = (shapes[name] ?? []).reduce((product, size) => product * size, 1);
      return Float32Array.from({ length: count }, (_, i) => i);
    },
  };
}
