/**
 * A program in half precision: weights and products in f16; norms, softmax, long sums and the sums of residual branches
 * in f32; casts where the two meet. Inputs and outputs stay f32.
 */
import { invariant } from '../../core/errors.ts';
import { TYPE_CODES } from './encode.ts';
import type { ElementType, Operator, Program } from './program.ts';

type FloatType = 'float32' | 'float16';

/**
 * `half`: takes and gives f16. `full`: takes and gives f32. `same`: computes in the type of what it is given, f32 where
 * that is mixed. `shape`: gives integers whatever it is given.
 */
type Rule = 'half' | 'full' | 'same' | 'shape';

const RULES: Readonly<Record<string, Rule>> = {
  Conv: 'half',
  ConvTranspose: 'half',
  MatMul: 'half',
  Softmax: 'full',
  LayerNormalization: 'full',
  InstanceNormalization: 'full',
  BatchNormalization: 'full',
  ReduceMean: 'full',
  AveragePool: 'full',
  Exp: 'full',
  Log: 'full',
  Sqrt: 'full',
  Div: 'full',
  // Its scales are f32 whatever the map is.
  Resize: 'full',
  Add: 'same',
  Sub: 'same',
  Mul: 'same',
  Relu: 'same',
  'com.microsoft.Gelu': 'same',
  MaxPool: 'same',
  ReduceMax: 'same',
  Concat: 'same',
  Expand: 'same',
  Gather: 'same',
  Identity: 'same',
  Pad: 'same',
  Reshape: 'same',
  Slice: 'same',
  Split: 'same',
  Transpose: 'same',
  Shape: 'shape',
};

/** What is known of a value while the operators are walked. */
interface Known {
  readonly type: ElementType;
  /** False for weights, constants and what is made of them alone. */
  readonly isComputed: boolean;
}

function castOperator(input: string, output: string, type: FloatType): Operator {
  return {
    operator: 'Cast',
    inputs: [input],
    outputs: [output],
    attributes: { to: TYPE_CODES[type] },
    partOf: null,
  };
}

/** The type an operator computes in; undefined for one without any real number among its inputs. */
function typeOf({ operator, partOf }: Operator, inputs: readonly Known[]): FloatType | undefined {
  const rule = RULES[operator];
  invariant(rule !== undefined, `nobody has said how ${operator} computes in half precision`);
  const floats = inputs.filter(({ type }) => type !== 'int64');
  if (floats.length === 0 || rule === 'shape') return undefined;
  if (rule === 'half') return 'float16';
  const computed = floats.filter(({ isComputed }) => isComputed);
  // A sum of two branches of the graph: in f16 a residual stream would lose a bit in every block.
  const isBranchSum = operator === 'Add' && partOf === 'binary' && computed.length > 1;
  if (rule === 'full' || isBranchSum) return 'float32';
  return computed.some(({ type }) => type === 'float32') ? 'float32' : 'float16';
}

/**
 * The same program in half precision. A weight or constant is stored in the type that its users compute in; a weight
 * that both types use is stored in f16.
 */
export function toHalfPrecision(program: Program): Program {
  const known = new Map<string, Known>();
  /** Types that the users of a weight or constant asked for. */
  const wanted = new Map<string, Set<FloatType>>();
  for (const { name } of program.inputs) known.set(name, { type: 'float32', isComputed: true });
  for (const { name, elementType } of [...program.weights, ...program.constants]) {
    known.set(name, { type: elementType, isComputed: false });
    wanted.set(name, new Set());
  }
  const knownOf = (name: string): Known => {
    const value = known.get(name);
    invariant(value !== undefined, `the program '${program.name}' uses '${name}' before it is made`);
    return value;
  };

  // First the type that each operator computes in, then the casts: how a weight is stored depends on all its users.
  const types = program.operators.map((operator) => {
    const { inputs, outputs } = operator;
    const given = inputs.filter((name) => name !== '').map(knownOf);
    const type = typeOf(operator, given);
    for (const name of type === undefined ? [] : inputs) wanted.get(name)?.add(type as FloatType);
    const isComputed = given.some((value) => value.isComputed);
    for (const output of outputs) known.set(output, { type: type ?? 'int64', isComputed });
    return type;
  });

  const stored = new Map<string, ElementType>();
  for (const [name, users] of wanted) {
    const { type } = knownOf(name);
    stored.set(name, type !== 'int64' && users.has('float16') ? 'float16' : type);
  }
  const storedTypeOf = (name: string): ElementType => stored.get(name) ?? knownOf(name).type;
  const operators: Operator[] = [];
  const casts = new Set<string>();
  const castTo = (type: FloatType, name: string): string => {
    if (name === '') return name;
    const present = storedTypeOf(name);
    if (present === type || present === 'int64') return name;
    const cast = `${name}.${type}`;
    if (!casts.has(cast)) {
      casts.add(cast);
      operators.push(castOperator(name, cast, type));
    }
    return cast;
  };
  const outputNames = new Set(program.outputs.map(({ name }) => name));
  for (const [i, operator] of program.operators.entries()) {
    const type = types[i];
    const inputs = type === undefined ? operator.inputs : operator.inputs.map((name) => castTo(type, name));
    const toWiden = type === 'float16' ? operator.outputs.filter((name) => outputNames.has(name)) : [];
    const outputs = operator.outputs.map((name) => (toWiden.includes(name) ? `${name}.float16` : name));
    operators.push({ ...operator, inputs, outputs });
    for (const name of toWiden) {
      // The outside sees f32 by this name; later operators that compute in f16 find what was there before the cast.
      operators.push(castOperator(`${name}.float16`, name, 'float32'));
      stored.set(name, 'float32');
      casts.add(`${name}.float16`);
    }
  }
  return {
    ...program,
    operators,
    constants: program.constants.map((constant) => ({
      ...constant,
      elementType: storedTypeOf(constant.name),
    })),
    weights: program.weights.map((weight) => ({ ...weight, elementType: storedTypeOf(weight.name) })),
  };
}
