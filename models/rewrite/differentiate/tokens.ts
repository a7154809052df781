/** Gradient rules of the operations on tokens. */
import type { TokenOperations } from '../../graph/ops.ts';
import { at, type GradientRule, jointly } from './rule.ts';

export const tokenRules: { readonly [K in keyof TokenOperations]: GradientRule<K> } = {
  linear(tape, { name, inputs, attributes: { bias, adapters } }, dOut) {
    const [x, weight] = [at(inputs, 0), at(inputs, 1)];
    const pairs = inputs.slice(bias ? 3 : 2);
    const axis = dOut.shape.length - 1;
    return [
      () => tape.op('linearInputGradient', `${name}.dx`, [dOut, weight, ...pairs], { adapters }),
      () => tape.op('linearWeightGradient', `${name}.dweight`, [dOut, x], {}),
      ...(bias ? [() => tape.op('channelSum', `${name}.dbias`, [dOut], { axis })] : []),
      ...adapters.flatMap((offset, index) => {
        const pair = pairs.slice(2 * index, 2 * index + 2);
        const names = [`${name}.da${index}`, `${name}.db${index}`];
        return jointly(() => tape.add('adapterGradient', names, [dOut, x, ...pair], { offset }), 2);
      }),
    ];
  },
  layerNorm(tape, { name, inputs, attributes: { axis }, statistics }, dOut) {
    const [x, scale] = [at(inputs, 0), at(inputs, 1)];
    return [
      () => tape.op('layerNormInputGradient', `${name}.dx`, [dOut, x, scale, ...statistics()], { axis }),
      () => tape.op('layerNormScaleGradient', `${name}.dscale`, [dOut, x, ...statistics()], { axis }),
      () => tape.op('channelSum', `${name}.dshift`, [dOut], { axis }),
    ];
  },
  attention(tape, { name, inputs, attributes, result, statistics }, dOut) {
    const names = ['dq', 'dk', 'dv'].map((role) => `${name}.${role}`);
    const add = () =>
      tape.add('attentionGradient', names, [dOut, ...inputs, result, ...statistics()], attributes);
    return jointly(add, names.length);
  },
  gridAttention(tape, { name, inputs, attributes: { heads, window }, result, statistics }, dOut) {
    const operands = () => [dOut, ...inputs, result, ...statistics()];
    const attributes = { heads, window };
    const tables = [`${name}.drows`, `${name}.dcolumns`];
    return [
      () => tape.op('gridAttentionGradient', `${name}.dqkv`, operands(), attributes),
      ...jointly(() => tape.add('gridAttentionTableGradient', tables, operands(), attributes), 2),
      ...(window === null
        ? []
        : [() => tape.op('gridAttentionPaddingGradient', `${name}.dpadding`, operands(), { heads, window })]),
    ];
  },
  matmul: (tape, { name, inputs }, dOut) => [
    () => tape.op('matmulLeftGradient', `${name}.da`, [dOut, at(inputs, 1)], {}),
    () => tape.op('matmulRightGradient', `${name}.db`, [at(inputs, 0), dOut], {}),
  ],
};
