/** Gradient rules of the operations on maps; that of batch norm belongs to its form for training. */
import type { MapOperations } from '../../graph/ops.ts';
import type { Value } from '../../graph/graph.ts';
import { at, type GradientRule, type InputGradient, type Tape } from './rule.ts';

/** Height and width of a map of known size. */
function sizeOf({ shape }: Value): { readonly height: number; readonly width: number } {
  return { height: shape[2] as number, width: shape[3] as number };
}

/** The gradient of a bias of a channel each, if there is one. */
function biasGradients(tape: Tape, name: string, inputs: readonly Value[], dOut: Value): InputGradient[] {
  return inputs.slice(2).map(() => () => tape.op('channelSum', `${name}.dbias`, [dOut], { axis: 1 }));
}

export const mapRules: { readonly [K in keyof Omit<MapOperations, 'batchNorm'>]: GradientRule<K> } = {
  conv2d(tape, { name, inputs, attributes }, dOut) {
    const [x, weight] = [at(inputs, 0), at(inputs, 1)];
    const { height, width } = sizeOf(weight);
    return [
      () => tape.op('conv2dInputGradient', `${name}.dx`, [dOut, weight], { ...attributes, ...sizeOf(x) }),
      () =>
        tape.op('conv2dWeightGradient', `${name}.dweight`, [dOut, x], {
          ...attributes,
          kernel: [height, width],
        }),
      ...biasGradients(tape, name, inputs, dOut),
    ];
  },
  // Transposed, a convolution from many places to one becomes one from one to many: its gradient is the convolution.
  convTranspose2d(tape, { name, inputs, attributes: { stride } }, dOut) {
    const [x, weight] = [at(inputs, 0), at(inputs, 1)];
    const padding = [0, 0] as const;
    return [
      () => tape.op('conv2d', `${name}.dx`, [dOut, weight], { stride, padding }),
      () =>
        tape.op('conv2dWeightGradient', `${name}.dweight`, [x, dOut], {
          stride,
          padding,
          kernel: [stride, stride],
        }),
      ...biasGradients(tape, name, inputs, dOut),
    ];
  },
  averagePool: (tape, { name, inputs, attributes }, dOut) => [
    () => tape.op('averagePoolGradient', `${name}.dx`, [dOut], { ...attributes, ...sizeOf(at(inputs, 0)) }),
  ],
  maxPool: (tape, { name, inputs, attributes }, dOut) => [
    () => tape.op('maxPoolGradient', `${name}.dx`, [dOut, at(inputs, 0)], attributes),
  ],
  resize: (tape, { name, inputs, attributes: { centres } }, dOut) => [
    () => tape.op('resizeGradient', `${name}.dx`, [dOut], { centres, ...sizeOf(at(inputs, 0)) }),
  ],
  pad(tape, { name, inputs, attributes: { rows, columns } }, dOut) {
    const { height, width } = sizeOf(at(inputs, 0));
    return [
      () => {
        const inner = { axis: 2, start: rows[0], length: height };
        const kept = tape.op('slice', `${name}.drows`, [dOut], inner);
        return tape.op('slice', `${name}.dx`, [kept], { axis: 3, start: columns[0], length: width });
      },
    ];
  },
  groupNorm(tape, { name, inputs, attributes: { groups }, statistics }, dOut) {
    const [x, scale] = [at(inputs, 0), at(inputs, 1)];
    return [
      () => tape.op('groupNormInputGradient', `${name}.dx`, [dOut, x, scale, ...statistics()], { groups }),
      () => tape.op('groupNormScaleGradient', `${name}.dscale`, [dOut, x, ...statistics()], { groups }),
      () => tape.op('channelSum', `${name}.dshift`, [dOut], { axis: 1 }),
    ];
  },
  weightStandardize: (tape, { name, inputs, statistics }, dOut) => [
    () => tape.op('weightStandardizeGradient', `${name}.dx`, [dOut, at(inputs, 0), ...statistics()], {}),
  ],
};

/** Gradients of batch norm in training form: map, scale and shift train; `statistics` are mean and rstd. */
export function batchNormGradients(
  tape: Tape,
  name: string,
  [x, scale, sampleWeight]: readonly [Value, Value, Value],
  statistics: readonly Value[],
  dOut: Value,
): readonly InputGradient[] {
  return [
    () => tape.op('batchNormInputGradient', `${name}.dx`, [dOut, x, scale, ...statistics, sampleWeight], {}),
    () => tape.op('batchNormScaleGradient', `${name}.dscale`, [dOut, x, ...statistics], {}),
    () => tape.op('channelSum', `${name}.dshift`, [dOut], { axis: 1 }),
  ];
}
