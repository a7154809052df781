/** A model as an ONNX file: each operation of the graph language as one or a few standard ONNX operators. */
import { invariant } from '../../core/errors.ts';
import type { Model, NodeOf, Value } from '../graph/graph.ts';
import type { OpKind } from '../graph/ops.ts';
import { requireParam } from '../graph/params.ts';
import type { Shape } from '../graph/shape.ts';
import { verifyGraph } from '../graph/verify.ts';
import { bytesField, type Chunks, intField, joinChunks, messageField, stringField } from './protobuf.ts';
import type { Attribute, Emitter, OnnxRule } from './rules/emitter.ts';
import { elementRules } from './rules/elements.ts';
import { mapRules } from './rules/maps.ts';
import * as schema from './schema.ts';

/** The set of ONNX 1.12: what onnxruntime-web runs in full, and what the widely installed checkers know. */
export const OPSET_VERSION = 17;
/** The file format version that came with opset 17. */
const IR_VERSION = 8;

const onnxRules: { readonly [K in OpKind]: OnnxRule<K> } = { ...mapRules, ...elementRules };

/** Numbers are integers: none of our operators has a float attribute. */
function attributeProto(name: string, value: Attribute): Chunks {
  const { ATTRIBUTE, ATTRIBUTE_TYPE } = schema;
  const head = stringField(ATTRIBUTE.name, name);
  if (typeof value === 'string') {
    return [
      ...head,
      ...stringField(ATTRIBUTE.string, value),
      ...intField(ATTRIBUTE.type, ATTRIBUTE_TYPE.string),
    ];
  }
  if (typeof value === 'number') {
    return [...head, ...intField(ATTRIBUTE.int, value), ...intField(ATTRIBUTE.type, ATTRIBUTE_TYPE.int)];
  }
  return [
    ...head,
    ...value.flatMap((item) => intField(ATTRIBUTE.ints, item)),
    ...intField(ATTRIBUTE.type, ATTRIBUTE_TYPE.ints),
  ];
}

function tensorProto(
  name: string,
  elementType: number,
  shape: readonly number[],
  data: ArrayBufferView,
): Chunks {
  const { TENSOR } = schema;
  return [
    ...shape.flatMap((size) => intField(TENSOR.dims, size)),
    ...intField(TENSOR.elementType, elementType),
    ...stringField(TENSOR.name, name),
    // Raw data is little-endian, as is every machine that a browser with WebGPU or WebAssembly runs on.
    ...bytesField(TENSOR.rawData, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

function valueProto(name: string, shape: Shape): Chunks {
  const { DIMENSION, SHAPE, TENSOR_TYPE, TYPE, VALUE } = schema;
  const dims = shape.flatMap((size) =>
    messageField(
      SHAPE.dims,
      size === 'N' ? stringField(DIMENSION.symbol, 'N') : intField(DIMENSION.value, size),
    ),
  );
  const tensorType = [
    ...intField(TENSOR_TYPE.elementType, schema.FLOAT32),
    ...messageField(TENSOR_TYPE.shape, dims),
  ];
  return [
    ...stringField(VALUE.name, name),
    ...messageField(VALUE.type, messageField(TYPE.tensor, tensorType)),
  ];
}

/**
 * The bytes of an ONNX file: opset 17, f32, weights inside, batch size open where the graph's is.
 * Errors: `graph/*` when the graph does not verify or the weights do not fit it.
 * Cost: one copy of the weights.
 */
export function lowerToOnnx(model: Model): Uint8Array<ArrayBuffer> {
  const { graph, params } = model;
  verifyGraph(graph);
  const nodes: Chunks[] = [];
  const constants: Chunks[] = [];
  const emitter: Emitter = {
    emit(operator, inputs, output, attributes = {}) {
      const { NODE } = schema;
      nodes.push([
        ...inputs.flatMap((name) => stringField(NODE.inputs, name)),
        ...stringField(NODE.outputs, output),
        ...stringField(NODE.name, output),
        ...stringField(NODE.operator, operator),
        ...Object.entries(attributes).flatMap(([name, value]) =>
          messageField(NODE.attributes, attributeProto(name, value)),
        ),
      ]);
    },
    floatConstant(name, value) {
      constants.push(tensorProto(name, schema.FLOAT32, [], Float32Array.of(value)));
      return name;
    },
    floatsConstant(name, values) {
      constants.push(tensorProto(name, schema.FLOAT32, [values.length], Float32Array.from(values)));
      return name;
    },
    intsConstant(name, values) {
      constants.push(
        tensorProto(
          name,
          schema.INT64,
          [values.length],
          BigInt64Array.from(values, (value) => BigInt(value)),
        ),
      );
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

  for (const parameter of graph.parameters) {
    const { shape, data } = requireParam(params, parameter);
    constants.push(tensorProto(parameter.name, schema.FLOAT32, shape, data));
  }
  for (const node of graph.nodes) lowerNode(node);
  const outputs: Value[] = graph.outputs.map(({ name, value }) => {
    if (name !== value) emitter.emit('Identity', [value], name);
    return { name, shape: shapeOf(value) };
  });

  const { GRAPH, MODEL, OPERATOR_SET } = schema;
  const graphProto: Chunks = [
    ...nodes.flatMap((node) => messageField(GRAPH.nodes, node)),
    ...stringField(GRAPH.name, graph.name),
    ...constants.flatMap((tensor) => messageField(GRAPH.initializers, tensor)),
    ...graph.inputs.flatMap(({ name, shape }) => messageField(GRAPH.inputs, valueProto(name, shape))),
    ...outputs.flatMap(({ name, shape }) => messageField(GRAPH.outputs, valueProto(name, shape))),
  ];
  return joinChunks([
    ...intField(MODEL.irVersion, IR_VERSION),
    ...stringField(MODEL.producerName, 'EquiSeg'),
    ...messageField(MODEL.graph, graphProto),
    ...messageField(MODEL.operatorSets, intField(OPERATOR_SET.version, OPSET_VERSION)),
  ]);
}
