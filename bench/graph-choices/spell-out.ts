/** Programs with one operator written in smaller ones: the choice that the lowering did not make, to be timed against it. */
import { invariant } from '../../core/errors.ts';
import type { Constant, Operator, Program } from '../../models/onnx/program.ts';

/** Writes an operator in others; constants that they need are added by value, and their names returned. */
type Spelling = (operator: Operator, constant: (value: number) => string) => Operator[];

/** Each operator from the one before: what it does to the last result and further inputs. */
function chain(
  { inputs, outputs }: Operator,
  steps: readonly (readonly [
    operator: string,
    inputs: readonly string[],
    attributes?: Operator['attributes'],
  ])[],
): Operator[] {
  const [x = ''] = inputs;
  const [result = ''] = outputs;
  const nameOf = (step: number) => (step === steps.length - 1 ? result : `${result}.step-${step}`);
  return steps.map(([operator, parts, attributes = {}], step) => ({
    operator,
    // `$3` is what step 3 gave, `x` the operator's first input.
    inputs: parts.map((part) =>
      part === 'x' ? x : part.startsWith('$') ? nameOf(Number(part.slice(1))) : part,
    ),
    outputs: [nameOf(step)],
    attributes,
    partOf: null,
  }));
}

const SPELLINGS: Readonly<Record<string, Spelling>> = {
  'com.microsoft.Gelu': (operator, constant) =>
    chain(operator, [
      ['Mul', ['x', constant(Math.SQRT1_2)]],
      ['Erf', ['$0']],
      ['Add', ['$1', constant(1)]],
      ['Mul', ['$2', 'x']],
      ['Mul', ['$3', constant(0.5)]],
    ]),
  LayerNormalization(operator, constant) {
    const [, scale = '', shift = ''] = operator.inputs;
    const epsilon = operator.attributes['epsilon'];
    invariant(typeof epsilon === 'object' && 'float' in epsilon, 'a layer norm says its epsilon');
    const last = { axes: [-1], keepdims: 1 };
    return chain(operator, [
      ['ReduceMean', ['x'], last],
      ['Sub', ['x', '$0']],
      ['Mul', ['$1', '$1']],
      ['ReduceMean', ['$2'], last],
      ['Add', ['$3', constant(epsilon.float)]],
      ['Sqrt', ['$4']],
      ['Div', ['$1', '$5']],
      ['Mul', ['$6', scale]],
      ['Add', ['$7', shift]],
    ]);
  },
};

/** The program with every operator that has a spelling written out. */
export function spellOut(program: Program): Program {
  const constants: Constant[] = [...program.constants];
  const constant = (value: number) => {
    const name = `spelled-${constants.length}`;
    constants.push({ name, elementType: 'float32', shape: [], values: Float32Array.of(value) });
    return name;
  };
  const operators = program.operators.flatMap(
    (operator) => SPELLINGS[operator.operator]?.(operator, constant) ?? [operator],
  );
  return { ...program, operators, constants };
}

/** The program of one attention [N,T,C] as the fused operator of onnxruntime. */
export function fuseAttention(program: Program, heads: number): Program {
  const operator: Operator = {
    operator: 'com.microsoft.MultiHeadAttention',
    inputs: program.inputs.map(({ name }) => name),
    outputs: program.outputs.map(({ name }) => name),
    attributes: { num_heads: heads },
    partOf: 'attention',
  };
  return { ...program, operators: [operator], constants: [] };
}
