/**
 * A program with weights in half precision: the matrices and kernels of its products lie in f16 and are widened where they are
 * used. All is computed in f32, for onnxruntime's WebGPU sums products of f16 in f16: over the 3,072 terms of ViT-B's MLP
 * results are then wrong by up to 9 % of their root mean square, against 0.1 % when only the weights are halves. onnxruntime
 * widens constants when it builds a session, so no adapter need compute in f16, and a session takes no less memory than of f32.
 */
import { TYPE_CODES } from './encode.ts';
import type { Operator, Program } from './program.ts';

/** What sums many products of weights: nearly all weights of a network lie there. */
const PRODUCTS: ReadonlySet<string> = new Set(['MatMul', 'Conv', 'ConvTranspose']);

/** The same program with half-precision weights. Inputs, outputs, biases, norms and constants stay f32. */
export function toHalfPrecision(program: Program): Program {
  const taken = new Set(
    program.operators.flatMap(({ operator, inputs }) => (PRODUCTS.has(operator) ? inputs : [])),
  );
  const isHalf = (name: string, shape: readonly number[]) => taken.has(name) && shape.length > 1;
  const halves = program.weights.filter(({ name, shape }) => isHalf(name, shape)).map(({ name }) => name);
  const wideName = (name: string) => `${name}.f32`;
  const widened = new Map(halves.map((name) => [name, wideName(name)]));
  const casts = new Set<string>();
  const operators = program.operators.flatMap((operator): Operator[] => {
    const before = operator.inputs.filter((name) => widened.has(name) && !casts.has(name));
    for (const name of before) casts.add(name);
    return [
      ...before.map((name) => ({
        operator: 'Cast',
        inputs: [name],
        outputs: [wideName(name)],
        attributes: { to: TYPE_CODES.float32 },
        partOf: null,
      })),
      { ...operator, inputs: operator.inputs.map((name) => widened.get(name) ?? name) },
    ];
  });
  const weights = program.weights.map((weight) =>
    widened.has(weight.name) ? { ...weight, elementType: 'float16' as const } : weight,
  );
  return { ...program, operators, weights };
}
