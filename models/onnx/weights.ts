/** One weight from its values to the bytes that the file holds. */
import { invariant, WorkbenchError } from '../../core/errors.ts';
import type { Tensor } from '../graph/graph.ts';
import { elementCount } from '../graph/shape.ts';
import { toElements } from './encode.ts';
import { FLOAT16_MAX } from './float16.ts';
import type { StoredWeight } from './program.ts';

/**
 * The bytes of a weight.
 * Errors: `onnx/f16-overflow` when a value is too large for half precision.
 * Cost: at most one copy of the weight for its form and one for half precision. Ownership: may be a view of `tensor`.
 */
export function weightElements(
  { name, elementType, shape, transform }: StoredWeight,
  tensor: Tensor,
): Uint8Array {
  const values = transform === undefined ? tensor.data : transform(tensor.data);
  invariant(
    values.length === elementCount(shape),
    `the stored form '${name}' has ${values.length} values for [${shape.join(',')}]`,
  );
  if (elementType === 'float16') requireHalfRange(name, values);
  return toElements(elementType, values);
}

function requireHalfRange(name: string, values: Float32Array): void {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i] as number);
    if (magnitude > largest) largest = magnitude;
  }
  if (largest <= FLOAT16_MAX) return;
  throw new WorkbenchError(
    'onnx/f16-overflow',
    `The weight '${name}' holds a value of size ${largest}; the largest of half precision is ${FLOAT16_MAX}.`,
    { context: { weight: name, largest } },
  );
}
