/** The operations on maps as ONNX operators. */
import type { MapOperations, ResizeCentres, Window } from '../../graph/ops.ts';
import type { Attribute, Emitter, OnnxRule } from './emitter.ts';

function windowAttributes({ size, stride, padding }: Window): Record<string, Attribute> {
  return {
    kernel_shape: [size, size],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  };
}

/** The f32 scale of a Resize from `inLength` to `outLength`: the length it yields is floor(inLength * scale), which must not fall short. */
function resizeScale(inLength: number, outLength: number): number {
  const scale = Math.fround(outLength / inLength);
  // One step of f32 is 2^-23 of the value or less. The product is exact in f64, and f32 can only round it to outLength.
  return inLength * scale < outLength ? Math.fround(scale * (1 + 2 ** -22)) : scale;
}

const resizeModes: Readonly<Record<ResizeCentres, string>> = {
  'half-pixel': 'half_pixel',
  'align-corners': 'align_corners',
};

/**
 * Emits `input`, seen as [rows of `shape`] whose axis 1 is normalised over all axes after it, with zero mean and unit
 * variance; `shape` has 0 where it copies the input's size.
 */
function emitStandardized(
  emitter: Emitter,
  input: string,
  name: string,
  shape: readonly [number, number, number],
  epsilon: number,
): void {
  const count = shape[1];
  emitter.emit('Reshape', [input, emitter.intsConstant(`${name}.grouped-shape`, shape)], `${name}.grouped`);
  const ones = emitter.floatsConstant(
    `${name}.ones`,
    Array.from({ length: count }, () => 1),
  );
  const zeros = emitter.floatsConstant(
    `${name}.zeros`,
    Array.from({ length: count }, () => 0),
  );
  emitter.emit('InstanceNormalization', [`${name}.grouped`, ones, zeros], `${name}.normalised`, {
    epsilon: { float: epsilon },
  });
}

export const mapRules: { readonly [K in keyof MapOperations]: OnnxRule<K> } = {
  conv2d(emitter, { inputs, name, attributes: { stride, padding } }) {
    emitter.emit('Conv', inputs, name, { strides: [stride, stride], pads: [...padding, ...padding] });
  },
  convTranspose2d(emitter, { inputs, name, attributes: { stride } }) {
    emitter.emit('ConvTranspose', inputs, name, { strides: [stride, stride] });
  },
  averagePool(emitter, { inputs, name, attributes }) {
    emitter.emit('AveragePool', inputs, name, {
      ...windowAttributes(attributes),
      count_include_pad: attributes.countPadding ? 1 : 0,
    });
  },
  maxPool(emitter, { inputs, name, attributes }) {
    emitter.emit('MaxPool', inputs, name, windowAttributes(attributes));
  },
  resize(emitter, { inputs, name, attributes: { height, width, centres } }, inputShapes) {
    // Scales, not sizes: sizes would have to name the batch size too, which stays open.
    const [, , h, w] = inputShapes[0] as [unknown, unknown, number, number];
    const scales = emitter.floatsConstant(`${name}.scales`, [
      1,
      1,
      resizeScale(h, height),
      resizeScale(w, width),
    ]);
    emitter.emit('Resize', [...inputs, '', scales], name, {
      mode: 'linear',
      coordinate_transformation_mode: resizeModes[centres],
    });
  },
  pad(emitter, { inputs, name, attributes: { rows, columns } }) {
    const pads = [0, 0, rows[0], columns[0], 0, 0, rows[1], columns[1]];
    emitter.emit('Pad', [...inputs, emitter.intsConstant(`${name}.pads`, pads)], name);
  },
  batchNorm(emitter, { inputs, name, attributes: { epsilon } }) {
    emitter.emit('BatchNormalization', inputs, name, { epsilon: { float: epsilon } });
  },
  groupNorm(emitter, { inputs, name, attributes: { groups, epsilon } }, inputShapes) {
    const [map, scale, shift] = inputs as [string, string, string];
    const [, c, h, w] = inputShapes[0] as [unknown, number, number, number];
    if (groups === c) {
      emitter.emit('InstanceNormalization', inputs, name, { epsilon: { float: epsilon } });
      return;
    }
    // Opset 17 has no group normalisation; that of 18 takes a scale for each group, which is not this operation.
    emitStandardized(emitter, map, name, [0, groups, (c / groups) * h * w], epsilon);
    const shape = emitter.intsConstant(`${name}.shape`, [0, c, h, w]);
    const column = emitter.intsConstant(`${name}.column`, [c, 1, 1]);
    emitter.emit('Reshape', [`${name}.normalised`, shape], `${name}.ungrouped`);
    emitter.emit('Reshape', [scale, column], `${name}.scale`);
    emitter.emit('Reshape', [shift, column], `${name}.shift`);
    emitter.emit('Mul', [`${name}.ungrouped`, `${name}.scale`], `${name}.scaled`);
    emitter.emit('Add', [`${name}.scaled`, `${name}.shift`], name);
  },
  weightStandardize(emitter, { inputs, name, attributes: { epsilon } }, inputShapes) {
    const [weight] = inputs as [string];
    const shape = inputShapes[0] as readonly [number, number, number, number];
    const [o, i, kernelHeight, kernelWidth] = shape;
    emitStandardized(emitter, weight, name, [1, o, i * kernelHeight * kernelWidth], epsilon);
    emitter.emit('Reshape', [`${name}.normalised`, emitter.intsConstant(`${name}.shape`, shape)], name);
  },
};
