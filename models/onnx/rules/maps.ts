/** The operations on maps as ONNX operators. */
import type { MapOperations, Window } from '../../graph/ops.ts';
import type { Attribute, OnnxRule } from './emitter.ts';

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

export const mapRules: { readonly [K in keyof MapOperations]: OnnxRule<K> } = {
  conv2d(emitter, { inputs, name, attributes: { stride, padding } }) {
    emitter.emit('Conv', inputs, name, {
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    });
  },
  averagePool(emitter, { inputs, name, attributes }) {
    emitter.emit('AveragePool', inputs, name, { ...windowAttributes(attributes), count_include_pad: 0 });
  },
  maxPool(emitter, { inputs, name, attributes }) {
    emitter.emit('MaxPool', inputs, name, windowAttributes(attributes));
  },
  resize(emitter, { inputs, name, attributes: { height, width } }, inputShapes) {
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
      coordinate_transformation_mode: 'half_pixel',
    });
  },
};
