/**
 * Reads what an ONNX file says of itself (inputs, outputs, sizes, operator sets) without building a session, so that a
 * foreign file is judged before it is trusted. Weights are counted, not read.
 */
import { WorkbenchError } from '../../core/errors.ts';
import { decodeText, type Field, readFields, readPackedInts } from './protobuf.ts';
import * as schema from './schema.ts';

export interface OnnxValue {
  readonly name: string;
  /** `float32`, `int64`, ...; `undefined` when the file does not say. */
  readonly elementType: string;
  /** A number where the size is fixed, its symbol where it has one, null where nothing is said; null for no shape at all. */
  readonly shape: readonly (number | string | null)[] | null;
}

export interface OnnxSummary {
  readonly irVersion: number;
  /** Version of the standard operator set; 0 when the file names none. */
  readonly opset: number;
  /** Other operator sets that the file needs. */
  readonly foreignOperatorSets: readonly string[];
  readonly producer: string;
  readonly graphName: string;
  /** What a caller must give: graph inputs that are not weights. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodeCount: number;
  readonly initializerCount: number;
  /** Single weights in all initialisers. */
  readonly parameterCount: number;
  /** Names of the files beside this one that hold weights; usually none. */
  readonly dataFiles: readonly string[];
}

function bytesOf(field: Field): Uint8Array {
  if (field.kind === 'bytes') return field.bytes;
  throw new WorkbenchError(
    'onnx/damaged',
    `The file is not a readable ONNX model: field ${field.field} is a number where a message should be.`,
  );
}

const textOf = (field: Field) => decodeText(bytesOf(field));
const intOf = (field: Field) => (field.kind === 'int' ? field.value : 0);

function readDimension(bytes: Uint8Array): number | string | null {
  let size: number | string | null = null;
  for (const field of readFields(bytes)) {
    if (field.field === schema.DIMENSION.value) size = intOf(field);
    else if (field.field === schema.DIMENSION.symbol) size = textOf(field);
  }
  return size;
}

function readValue(bytes: Uint8Array): OnnxValue {
  let name = '';
  let elementType = 0;
  let shape: (number | string | null)[] | null = null;
  for (const field of readFields(bytes)) {
    if (field.field === schema.VALUE.name) name = textOf(field);
    else if (field.field === schema.VALUE.type) {
      for (const type of readFields(bytesOf(field))) {
        if (type.field !== schema.TYPE.tensor) continue;
        for (const part of readFields(bytesOf(type))) {
          if (part.field === schema.TENSOR_TYPE.elementType) elementType = intOf(part);
          else if (part.field === schema.TENSOR_TYPE.shape) {
            shape = [];
            for (const dim of readFields(bytesOf(part))) {
              if (dim.field === schema.SHAPE.dims) shape.push(readDimension(bytesOf(dim)));
            }
          }
        }
      }
    }
  }
  return { name, elementType: schema.ELEMENT_TYPES[elementType] ?? `type ${elementType}`, shape };
}

interface Initializer {
  readonly name: string;
  readonly count: number;
  /** File that holds the values; null for this one. */
  readonly dataFile: string | null;
}

/** The file named among the pairs that say where a tensor's values lie; an empty name when it is not said. */
function readLocation(bytes: Uint8Array): string | undefined {
  let key = '';
  let value = '';
  for (const field of readFields(bytes)) {
    if (field.field === schema.ENTRY.key) key = textOf(field);
    else if (field.field === schema.ENTRY.value) value = textOf(field);
  }
  return key === 'location' ? value : undefined;
}

function readInitializer(bytes: Uint8Array): Initializer {
  let name = '';
  let count = 1;
  let elementType = 0;
  let location = '';
  let isExternal = false;
  for (const field of readFields(bytes)) {
    if (field.field === schema.TENSOR.dims) {
      for (const size of readPackedInts(field)) count *= size;
    } else if (field.field === schema.TENSOR.elementType) elementType = intOf(field);
    else if (field.field === schema.TENSOR.name) name = textOf(field);
    else if (field.field === schema.TENSOR.externalData) location = readLocation(bytesOf(field)) ?? location;
    else if (field.field === schema.TENSOR.dataLocation) isExternal = intOf(field) === schema.EXTERNAL_DATA;
  }
  // Shapes, axes and indices are int64; weights never are.
  return { name, count: elementType === schema.INT64 ? 0 : count, dataFile: isExternal ? location : null };
}

interface GraphSummary {
  name: string;
  nodeCount: number;
  readonly inputs: OnnxValue[];
  readonly outputs: OnnxValue[];
  readonly initializers: Initializer[];
}

function readGraph(bytes: Uint8Array): GraphSummary {
  const graph: GraphSummary = { name: '', nodeCount: 0, inputs: [], outputs: [], initializers: [] };
  for (const field of readFields(bytes)) {
    switch (field.field) {
      case schema.GRAPH.name:
        graph.name = textOf(field);
        break;
      case schema.GRAPH.nodes:
        graph.nodeCount++;
        break;
      case schema.GRAPH.inputs:
        graph.inputs.push(readValue(bytesOf(field)));
        break;
      case schema.GRAPH.outputs:
        graph.outputs.push(readValue(bytesOf(field)));
        break;
      case schema.GRAPH.initializers:
        graph.initializers.push(readInitializer(bytesOf(field)));
        break;
      default:
    }
  }
  return graph;
}

function readOperatorSet(bytes: Uint8Array): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  for (const field of readFields(bytes)) {
    if (field.field === schema.OPERATOR_SET.domain) domain = textOf(field);
    else if (field.field === schema.OPERATOR_SET.version) version = intOf(field);
  }
  return { domain: domain === 'ai.onnx' ? '' : domain, version };
}

/**
 * The interface and size of an ONNX file.
 * Errors: `onnx/damaged` when the bytes are not an ONNX model with a graph that has nodes and outputs.
 * Cost: one walk over the file's structure; weights are skipped.
 */
export function inspectOnnx(bytes: Uint8Array): OnnxSummary {
  let irVersion = 0;
  let producer = '';
  let producerVersion = '';
  let graph: GraphSummary | undefined;
  const operatorSets: { domain: string; version: number }[] = [];
  for (const field of readFields(bytes)) {
    switch (field.field) {
      case schema.MODEL.irVersion:
        irVersion = intOf(field);
        break;
      case schema.MODEL.producerName:
        producer = textOf(field);
        break;
      case schema.MODEL.producerVersion:
        producerVersion = textOf(field);
        break;
      case schema.MODEL.graph:
        graph = readGraph(bytesOf(field));
        break;
      case schema.MODEL.operatorSets:
        operatorSets.push(readOperatorSet(bytesOf(field)));
        break;
      default:
    }
  }
  if (graph === undefined || graph.nodeCount === 0 || graph.outputs.length === 0) {
    throw new WorkbenchError('onnx/damaged', 'The file is not a readable ONNX model: it holds no network.', {
      hint: 'An ONNX file ends in .onnx and is written by an exporter such as torch.onnx.export.',
    });
  }
  const weights = new Set(graph.initializers.map(({ name }) => name));
  return {
    irVersion,
    opset: operatorSets.find(({ domain }) => domain === '')?.version ?? 0,
    foreignOperatorSets: operatorSets.map(({ domain }) => domain).filter((domain) => domain !== ''),
    producer: [producer, producerVersion].filter((part) => part !== '').join(' '),
    graphName: graph.name,
    // Files of the older IR versions list their weights among the inputs too.
    inputs: graph.inputs.filter(({ name }) => !weights.has(name)),
    outputs: graph.outputs,
    nodeCount: graph.nodeCount,
    initializerCount: graph.initializers.length,
    parameterCount: graph.initializers.reduce((sum, { count }) => sum + count, 0),
    dataFiles: [...new Set(graph.initializers.flatMap(({ dataFile }) => dataFile ?? []))],
  };
}
