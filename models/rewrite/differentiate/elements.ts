/** Gradient rules of the operations on elements and axes. */
import { UNARY_SAVES } from '../../graph/gradient-ops/elements.ts';
import type { ElementOperations } from '../../graph/ops.ts';
import type { Value } from '../../graph/graph.ts';
import { at, type GradientRule, sumTo, type Tape } from './rule.ts';

function scaled(tape: Tape, name: string, value: Value, scale: number): Value {
  return tape.op('affine', name, [value], { scale, shift: 0 });
}

export const elementRules: { readonly [K in keyof ElementOperations]: GradientRule<K> } = {
  reduce(tape, { name, inputs, attributes }, dOut) {
    const x = at(inputs, 0);
    const saved = attributes.function === 'max' ? [x] : [];
    return [
      () => tape.op('reduceGradient', `${name}.dx`, [dOut, ...saved], { ...attributes, shape: x.shape }),
    ];
  },
  unary(tape, { name, inputs, attributes, result }, dOut) {
    const saved = UNARY_SAVES[attributes.function] === 'input' ? at(inputs, 0) : result;
    return [() => tape.op('unaryGradient', `${name}.dx`, [dOut, saved], attributes)];
  },
  binary(tape, { name, inputs, attributes, result }, dOut) {
    const [a, b] = [at(inputs, 0), at(inputs, 1)];
    const combine = (label: string, how: 'multiply' | 'divide', left: Value, right: Value) =>
      tape.op('binary', `${name}.${label}`, [left, right], { function: how });
    const terms: Record<typeof attributes.function, readonly [() => Value, () => Value]> = {
      add: [() => dOut, () => dOut],
      subtract: [() => dOut, () => scaled(tape, `${name}.negative`, dOut, -1)],
      multiply: [() => combine('dOut-b', 'multiply', dOut, b), () => combine('dOut-a', 'multiply', dOut, a)],
      divide: [
        () => combine('dOut-over-b', 'divide', dOut, b),
        // The derivative of a / b with respect to b is -out / b.
        () =>
          scaled(
            tape,
            `${name}.negative`,
            combine('dOut-out-over-b', 'divide', combine('dOut-out', 'multiply', dOut, result), b),
            -1,
          ),
      ],
    };
    const [termOfA, termOfB] = terms[attributes.function];
    return [
      () => sumTo(tape, `${name}.da`, termOfA(), a.shape),
      () => sumTo(tape, `${name}.db`, termOfB(), b.shape),
    ];
  },
  affine: (tape, { name, attributes }, dOut) => [() => scaled(tape, `${name}.dx`, dOut, attributes.scale)],
  concat(tape, { name, inputs, attributes: { axis } }, dOut) {
    let start = 0;
    return inputs.map((input, index) => {
      const part = { axis, start, length: input.shape[axis] as number };
      start += part.length;
      return () => tape.op('slice', `${name}.dx${index}`, [dOut], part);
    });
  },
  reshape: (tape, { name, inputs }, dOut) => [
    () => tape.op('reshape', `${name}.dx`, [dOut], { shape: at(inputs, 0).shape }),
  ],
  transpose: (tape, { name, attributes: { order } }, dOut) => [
    () => tape.op('transpose', `${name}.dx`, [dOut], { order: order.map((_, axis) => order.indexOf(axis)) }),
  ],
  slice: (tape, { name, inputs, attributes: { axis, start } }, dOut) => [
    () =>
      tape.op('sliceGradient', `${name}.dx`, [dOut], {
        axis,
        start,
        length: at(inputs, 0).shape[axis] as number,
      }),
  ],
  // Of the second input only the batch size is used.
  expandBatch: (tape, { name, inputs }, dOut) => [
    () => sumTo(tape, `${name}.dx`, dOut, at(inputs, 0).shape),
    undefined,
  ],
  reverseGradient: (tape, { name, attributes }, dOut) => [
    () => scaled(tape, `${name}.dx`, dOut, -attributes.scale),
  ],
};
