/** The operations on elements and axes as ONNX operators. */
import type { BinaryFunction, ElementOperations, ReduceFunction, UnaryFunction } from '../../graph/ops.ts';
import type { OnnxRule } from './emitter.ts';

const unaryOperators: Readonly<Record<UnaryFunction, string>> = {
  relu: 'Relu',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
};
const binaryOperators: Readonly<Record<BinaryFunction, string>> = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
};
const reduceOperators: Readonly<Record<ReduceFunction, string>> = { mean: 'ReduceMean', max: 'ReduceMax' };

export const elementRules: { readonly [K in keyof ElementOperations]: OnnxRule<K> } = {
  reduce(emitter, { inputs, name, attributes }) {
    emitter.emit(reduceOperators[attributes.function], inputs, name, { axes: attributes.axes, keepdims: 1 });
  },
  unary(emitter, { inputs, name, attributes }) {
    emitter.emit(unaryOperators[attributes.function], inputs, name);
  },
  binary(emitter, { inputs, name, attributes }) {
    emitter.emit(binaryOperators[attributes.function], inputs, name);
  },
  affine(emitter, { inputs, name, attributes: { scale, shift } }) {
    emitter.emit('Mul', [...inputs, emitter.floatConstant(`${name}.scale`, scale)], `${name}.scaled`);
    emitter.emit('Add', [`${name}.scaled`, emitter.floatConstant(`${name}.shift`, shift)], name);
  },
  concat(emitter, { inputs, name, attributes: { axis } }) {
    emitter.emit('Concat', inputs, name, { axis });
  },
  reshape(emitter, { inputs, name, attributes: { shape } }) {
    // 0 copies the size of the same axis of the input: the batch axis, which stays in its place.
    const sizes = shape.map((size) => (size === 'N' ? 0 : size));
    emitter.emit('Reshape', [...inputs, emitter.intsConstant(`${name}.shape`, sizes)], name);
  },
};
