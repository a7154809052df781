/** Field numbers and codes of ONNX messages, as far as they are written or read here. Source: onnx.proto of ONNX 1.12. */

export const MODEL = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  graph: 7,
  operatorSets: 8,
} as const;

export const OPERATOR_SET = { domain: 1, version: 2 } as const;

export const GRAPH = {
  nodes: 1,
  name: 2,
  initializers: 5,
  inputs: 11,
  outputs: 12,
  sparseInitializers: 15,
} as const;

export const NODE = { inputs: 1, outputs: 2, name: 3, operator: 4, attributes: 5, domain: 7 } as const;

export const ATTRIBUTE = { name: 1, float: 2, int: 3, string: 4, ints: 8, type: 20 } as const;

export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

export const TENSOR = {
  dims: 1,
  elementType: 2,
  name: 8,
  rawData: 9,
  externalData: 13,
  dataLocation: 14,
} as const;

/** One pair of `TENSOR.externalData`. */
export const ENTRY = { key: 1, value: 2 } as const;

/** `TENSOR.dataLocation` of weights kept in another file. */
export const EXTERNAL_DATA = 1;

export const VALUE = { name: 1, type: 2 } as const;

export const TYPE = { tensor: 1 } as const;

export const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;

export const SHAPE = { dims: 1 } as const;

export const DIMENSION = { value: 1, symbol: 2 } as const;

/** Names of `TensorProto.DataType`, by code. */
export const ELEMENT_TYPES: readonly string[] = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
];

export const FLOAT32 = 1;
export const INT64 = 7;
export const FLOAT16 = 10;
