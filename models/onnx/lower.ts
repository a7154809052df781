/** A graph as ONNX: each operation of the graph language as one or a few operators, and small models as whole files. */
import { invariant } from '../../core/errors.ts';
import type { Graph, Model, NodeOf, Value } from '../graph/graph.ts';
import type { OpKind } from '../graph/ops.ts';
import { requireParam } from '../graph/params.ts';
import type { Shape } from '../graph/shape.ts';
import { verifyGraph } from '../graph/verify.ts';
import { encodeProgram } from './encode.ts';
import type { Constant, Operator, Program, StoredWeight } from './program.ts';
import { toHalfPrecision } from './half-precision.ts';
import type { Emitter, OnnxRule } from './rules/emitter.ts';
import { elementRules } from './rules/elements.ts';
import { mapRules } from './rules/maps.ts';
import { tokenRules } from './rules/tokens.ts';
import { weightElements } from './weights.ts';

const onnxRules: { readonly [K in OpKind]: OnnxRule<K> } = { ...mapRules, ...elementRules, ...tokenRules };

/** How the weights of products are stored. All is computed in f32, which is what inputs and outputs are too. */
export type Precision = 'f32' | 'f16';

/** The weights among the values that operators and outputs use, in the graph's order. */
function usedWeights(
  parameters: readonly Value[],
  operators: readonly Operator[],
  outputs: readonly Value[],
  derived: readonly StoredWeight[],
): StoredWeight[] {
  const used = new Set([...operators.flatMap(({ inputs }) => inputs), ...outputs.map(({ name }) => name)]);
  const plain = parameters.map((parameter): StoredWeight => ({
    name: parameter.name,
    elementType: 'float32',
    // A parameter has no open dimension: it is the same for every batch.
    shape: parameter.shape.map(Number),
    parameter,
    transform: undefined,
    restore: undefined,
  }));
  return [...plain, ...derived].filter(({ name }) => used.has(name));
}

/**
 * The ONNX program of a graph: opset 17, batch size open where the graph's is.
 * Errors: `graph/*` when the graph does not verify.
 */
export function lowerGraph(graph: Graph, precision: Precision): Program {
  verifyGraph(graph);
  const operators: Operator[] = [];
  let partOf: OpKind | null = null;
  const constants: Constant[] = [];
  const derived = new Map<string, StoredWeight>();
  const parameters = new Map(graph.parameters.map((parameter) => [parameter.name, parameter]));
  const addFloats = (name: string, shape: readonly number[], values: readonly number[]) => {
    constants.push({ name, elementType: 'float32', shape, values: Float32Array.from(values) });
    return name;
  };
  const emitter: Emitter = {
    emit(operator, inputs, output, attributes = {}) {
      operators.push({ operator, inputs, outputs: [output].flat(), attributes, partOf });
    },
    floatConstant: (name, value) => addFloats(name, [], [value]),
    floatsConstant: (name, values) => addFloats(name, [values.length], values),
    intsConstant(name, values) {
      const ints = BigInt64Array.from(values, (value) => BigInt(value));
      constants.push({ name, elementType: 'int64', shape: [values.length], values: ints });
      return name;
    },
    isParameter: (name) => parameters.has(name),
    derive(parameterName, form, shape, transform, restore) {
      const parameter = parameters.get(parameterName);
      invariant(parameter !== undefined, `'${parameterName}' is no parameter of '${graph.name}'`);
      const name = `${parameterName}.${form}`;
      derived.set(name, { name, elementType: 'float32', shape, parameter, transform, restore });
      return name;
    },
  };
  const shapes = new Map(
    [...graph.inputs, ...graph.parameters, ...graph.nodes].map(({ name, shape }) => [name, shape]),
  );
  const shapeOf = (name: string): Shape => {
    const shape = shapes.get(name);
    invariant(shape !== undefined, `the verified graph '${graph.name}' does not define '${name}'`);
    return shape;
  };
  const lowerNode = <K extends OpKind>(node: NodeOf<K>) =>
    onnxRules[node.kind](emitter, node, node.inputs.map(shapeOf));

  for (const node of graph.nodes) {
    partOf = node.kind;
    lowerNode(node);
  }
  partOf = null;
  const outputs: Value[] = graph.outputs.map(({ name, value }) => {
    if (name !== value) emitter.emit('Identity', [value], name);
    return { name, shape: shapeOf(value) };
  });
  const program: Program = {
    name: graph.name,
    inputs: graph.inputs,
    outputs,
    operators,
    constants,
    weights: usedWeights(graph.parameters, operators, outputs, [...derived.values()]),
  };
  return precision === 'f16' ? toHalfPrecision(program) : program;
}

/**
 * The bytes of a small model as one ONNX file with its weights inside. Large ones are written by `writeOnnx`.
 * Errors: `graph/*` when the graph does not verify or the weights do not fit it; `onnx/f16-overflow`.
 * Cost: one copy of the weights.
 */
export function lowerToOnnx({ graph, params }: Model, precision: Precision = 'f32'): Uint8Array<ArrayBuffer> {
  return encodeProgram(lowerGraph(graph, precision), (weight) => ({
    bytes: weightElements(weight, requireParam(params, weight.parameter)),
  }));
}
