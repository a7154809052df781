/** The operations on elements and axes as ONNX operators. */
import type { BinaryFunction, ElementOperations, ReduceFunction, UnaryFunction } from '../../graph/ops.ts';
import type { OnnxRule } from './emitter.ts';

const unaryOperators: Readonly<Record<UnaryFunction, string>> = {
  relu: 'Relu',
  gelu: 'com.microsoft.Gelu',
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
  transpose(emitter, { inputs, name, attributes: { order } }) {
    emitter.emit('Transpose', inputs, name, { perm: order });
  },
  slice(emitter, { inputs, name, attributes: { axis, start, length } }) {
    const bounds = [
      emitter.intsConstant(`${name}.start`, [start]),
      emitter.intsConstant(`${name}.end`, [start + length]),
      emitter.intsConstant(`${name}.axis`, [axis]),
    ];
    emitter.emit('Slice', [...inputs, ...bounds], name);
  },
  expandBatch(emitter, { inputs, name, shape }) {
    const [x, like] = inputs as [string, string];
    const [, ...rest] = shape.map(Number);
    emitter.emit('Shape', [like], `${name}.batch`, { start: 0, end: 1 });
    const sizes = [`${name}.batch`, emitter.intsConstant(`${name}.rest`, rest)];
    emitter.emit('Concat', sizes, `${name}.shape`, { axis: 0 });
    emitter.emit('Expand', [x, `${name}.shape`], name);
  },
  // Reversal is for training alone.
  reverseGradient(emitter, { inputs, name }) {
    emitter.emit('Identity', inputs, name);
  },
};
