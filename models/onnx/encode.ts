/** A program as the messages of an ONNX file. Where the bytes of the weights lie is the caller's choice, weight by weight. */
import type { Value } from '../graph/graph.ts';
import { elementCount, type Shape } from '../graph/shape.ts';
import { toFloat16 } from './float16.ts';
import type { ElementType, Operator, Program, StoredWeight } from './program.ts';
import {
  bytesField,
  type Chunks,
  floatField,
  intField,
  joinChunks,
  messageField,
  stringField,
} from './protobuf.ts';
import type { Attribute } from './rules/emitter.ts';
import * as schema from './schema.ts';

/** The set of ONNX 1.12: what onnxruntime-web runs in full, and what the widely installed checkers know. */
export const OPSET_VERSION = 17;
/** The only version of every operator set that is not the standard one. */
const FOREIGN_OPSET_VERSION = 1;
/** The file format version that came with opset 17. */
const IR_VERSION = 8;

/** `TensorProto.DataType` of what we write. */
export const TYPE_CODES: Readonly<Record<ElementType, number>> = {
  float32: schema.FLOAT32,
  float16: schema.FLOAT16,
  int64: schema.INT64,
};
const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = { float32: 4, float16: 2, int64: 8 };

/** Where a weight's bytes lie: in the file itself, or in a file beside it. Offsets and lengths in bytes. */
export type WeightPlace =
  | { readonly bytes: Uint8Array }
  | { readonly location: string; readonly offsetBytes: number; readonly lengthBytes: number };

/** Bytes that a weight takes in the file. */
export function storedBytes({ elementType, shape }: StoredWeight): number {
  return ELEMENT_BYTES[elementType] * elementCount(shape);
}

/** The values as a file holds them. A view where that is how they lie in memory. Little-endian, as is every machine of ours. */
export function toElements(elementType: ElementType, values: Float32Array | BigInt64Array): Uint8Array {
  const stored = elementType === 'float16' && values instanceof Float32Array ? toFloat16(values) : values;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

function attributeProto(name: string, value: Attribute): Chunks {
  const { ATTRIBUTE, ATTRIBUTE_TYPE } = schema;
  const head = stringField(ATTRIBUTE.name, name);
  const typeField = (type: number) => intField(ATTRIBUTE.type, type);
  if (typeof value === 'string') {
    return [...head, ...stringField(ATTRIBUTE.string, value), ...typeField(ATTRIBUTE_TYPE.string)];
  }
  if (typeof value === 'number') {
    return [...head, ...intField(ATTRIBUTE.int, value), ...typeField(ATTRIBUTE_TYPE.int)];
  }
  if ('float' in value) {
    return [...head, ...floatField(ATTRIBUTE.float, value.float), ...typeField(ATTRIBUTE_TYPE.float)];
  }
  return [
    ...head,
    ...value.flatMap((item) => intField(ATTRIBUTE.ints, item)),
    ...typeField(ATTRIBUTE_TYPE.ints),
  ];
}

/** `ai.onnx` is the empty domain. */
function splitOperator(operator: string): { domain: string; type: string } {
  const dot = operator.lastIndexOf('.');
  return { domain: operator.slice(0, Math.max(dot, 0)), type: operator.slice(dot + 1) };
}

function nodeProto({ operator, inputs, outputs, attributes }: Operator): Chunks {
  const { NODE } = schema;
  const { domain, type } = splitOperator(operator);
  return [
    ...inputs.flatMap((name) => stringField(NODE.inputs, name)),
    ...outputs.flatMap((name) => stringField(NODE.outputs, name)),
    ...stringField(NODE.name, outputs[0] ?? ''),
    ...stringField(NODE.operator, type),
    ...Object.entries(attributes).flatMap(([name, value]) =>
      messageField(NODE.attributes, attributeProto(name, value)),
    ),
    ...(domain === '' ? [] : stringField(NODE.domain, domain)),
  ];
}

function tensorProto(
  name: string,
  elementType: ElementType,
  shape: readonly number[],
  place: WeightPlace,
): Chunks {
  const { TENSOR, ENTRY } = schema;
  const head = [
    ...shape.flatMap((size) => intField(TENSOR.dims, size)),
    ...intField(TENSOR.elementType, TYPE_CODES[elementType]),
    ...stringField(TENSOR.name, name),
  ];
  if ('bytes' in place) return [...head, ...bytesField(TENSOR.rawData, place.bytes)];
  const entry = (key: string, value: string | number) =>
    messageField(TENSOR.externalData, [
      ...stringField(ENTRY.key, key),
      ...stringField(ENTRY.value, String(value)),
    ]);
  return [
    ...head,
    ...entry('location', place.location),
    ...entry('offset', place.offsetBytes),
    ...entry('length', place.lengthBytes),
    ...intField(TENSOR.dataLocation, schema.EXTERNAL_DATA),
  ];
}

function valueProto({ name, shape }: { name: string; shape: Shape }): Chunks {
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
 * The bytes of an ONNX file. `placeOf` says of each weight where its bytes lie.
 * Cost: one copy of the weights that lie in the file itself.
 */
export function encodeProgram(
  program: Program,
  placeOf: (weight: StoredWeight) => WeightPlace,
): Uint8Array<ArrayBuffer> {
  const { GRAPH, MODEL, OPERATOR_SET } = schema;
  const tensors = [
    ...program.weights.map((weight) =>
      tensorProto(weight.name, weight.elementType, weight.shape, placeOf(weight)),
    ),
    ...program.constants.map(({ name, elementType, shape, values }) =>
      tensorProto(name, elementType, shape, { bytes: toElements(elementType, values) }),
    ),
  ];
  const values = (field: number, list: readonly Value[]) =>
    list.flatMap((value) => messageField(field, valueProto(value)));
  const graph: Chunks = [
    ...program.operators.flatMap((operator) => messageField(GRAPH.nodes, nodeProto(operator))),
    ...stringField(GRAPH.name, program.name),
    ...tensors.flatMap((tensor) => messageField(GRAPH.initializers, tensor)),
    ...values(GRAPH.inputs, program.inputs),
    ...values(GRAPH.outputs, program.outputs),
  ];
  const domains = new Set(program.operators.map(({ operator }) => splitOperator(operator).domain));
  domains.delete('');
  return joinChunks([
    ...intField(MODEL.irVersion, IR_VERSION),
    ...stringField(MODEL.producerName, 'EquiSeg'),
    ...messageField(MODEL.graph, graph),
    ...messageField(MODEL.operatorSets, intField(OPERATOR_SET.version, OPSET_VERSION)),
    ...[...domains]
      .toSorted()
      .flatMap((domain) =>
        messageField(MODEL.operatorSets, [
          ...stringField(OPERATOR_SET.domain, domain),
          ...intField(OPERATOR_SET.version, FOREIGN_OPSET_VERSION),
        ]),
      ),
  ]);
}
