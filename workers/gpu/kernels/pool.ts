/** Kernels of the operations that look at each plane of a map for itself: pools, resize and pad, forward and backward. */
import type { MapGradients } from '../../../models/graph/gradient-ops/maps.ts';
import type { MapOperations, ResizeCentres, Window } from '../../../models/graph/ops.ts';
import { elementCount } from '../../../models/graph/shape.ts';
import { workgroupsFor } from './grid.ts';
import type { Kernel, KernelRule, KernelTraits } from './kernel.ts';
import padCode from './pad.wgsl?raw';
import averageGradientCode from './pool-average-gradient.wgsl?raw';
import maxGradientCode from './pool-max-gradient.wgsl?raw';
import windowsCode from './pool-windows.wgsl?raw';
import poolCode from './pool.wgsl?raw';
import centresCode from './resize-centres.wgsl?raw';
import resizeGradientCode from './resize-gradient.wgsl?raw';
import resizeCode from './resize.wgsl?raw';

type PlaneKind =
  'averagePool' | 'averagePoolGradient' | 'maxPool' | 'maxPoolGradient' | 'resize' | 'resizeGradient' | 'pad';

type Shape = readonly number[];

/** One dispatch, one invocation for each element of the result. `map` is the operation's input, `out` its value. */
function planeKernel(
  { label, code, inputs }: { readonly label: string; readonly code: string; readonly inputs: number },
  { map, out, result }: { readonly map: Shape; readonly out: Shape; readonly result: Shape },
  constants: Readonly<Record<string, number>>,
  traits: KernelTraits,
): Kernel {
  const [height, width, outHeight, outWidth] = [...map.slice(2), ...out.slice(2)] as [
    number,
    number,
    number,
    number,
  ];
  const sizes = { HEIGHT: height, WIDTH: width, OUT_HEIGHT: outHeight, OUT_WIDTH: outWidth };
  const count = elementCount(result);
  const operands = Array.from({ length: inputs }, (_, index) => ({ from: 'input', index }) as const);
  return {
    dispatches: [
      {
        class: label,
        code,
        constants: { COUNT: count, ...sizes, ...constants },
        bindings: [...operands, { from: 'result', index: 0 }],
        workgroups: workgroupsFor(count, traits),
      },
    ],
    scratch: [],
  };
}

const windowConstants = ({ size, stride, padding }: Window) => ({
  SIZE: size,
  STRIDE: stride,
  PADDING: padding,
});

/** Of one axis: target t lies at (t STEP + START) / UNIT of the source. */
function centresOf(axis: string, centres: ResizeCentres, length: number, outLength: number) {
  // An axis of one position has one source whatever the step.
  const [step, start, unit] =
    centres === 'half-pixel'
      ? [2 * length, length - outLength, 2 * outLength]
      : [Math.max(length - 1, 1), 0, Math.max(outLength - 1, 1)];
  return {
    [`${axis}_STEP`]: step,
    [`${axis}_START`]: start,
    [`${axis}_UNIT`]: unit,
  };
}

function resizeConstants(centres: ResizeCentres, map: Shape, out: Shape) {
  return {
    ...centresOf('ROW', centres, map[2] as number, out[2] as number),
    ...centresOf('COLUMN', centres, map[3] as number, out[3] as number),
  };
}

export const planeKernelRules: {
  readonly [K in PlaneKind & keyof (MapOperations & MapGradients)]: KernelRule<K>;
} = {
  averagePool({ attributes, inputs, results }, traits) {
    const [map, out] = [inputs[0] as Shape, results[0] as Shape];
    const constants = {
      ...windowConstants(attributes),
      IS_MAX: 0,
      COUNT_PADDING: Number(attributes.countPadding),
    };
    return planeKernel(
      { label: 'pool', code: poolCode, inputs: 1 },
      { map, out, result: out },
      constants,
      traits,
    );
  },
  averagePoolGradient({ attributes, inputs, results }, traits) {
    const [out, map] = [inputs[0] as Shape, results[0] as Shape];
    const constants = { ...windowConstants(attributes), COUNT_PADDING: Number(attributes.countPadding) };
    const what = { label: 'pool', code: windowsCode + averageGradientCode, inputs: 1 };
    return planeKernel(what, { map, out, result: map }, constants, traits);
  },
  maxPool({ attributes, inputs, results }, traits) {
    const [map, out] = [inputs[0] as Shape, results[0] as Shape];
    const constants = { ...windowConstants(attributes), IS_MAX: 1 };
    return planeKernel(
      { label: 'pool', code: poolCode, inputs: 1 },
      { map, out, result: out },
      constants,
      traits,
    );
  },
  maxPoolGradient({ attributes, inputs, results }, traits) {
    const [out, map] = [inputs[0] as Shape, results[0] as Shape];
    const what = { label: 'pool', code: windowsCode + maxGradientCode, inputs: 2 };
    return planeKernel(what, { map, out, result: map }, windowConstants(attributes), traits);
  },
  resize({ attributes: { centres }, inputs, results }, traits) {
    const [map, out] = [inputs[0] as Shape, results[0] as Shape];
    const what = { label: 'resize', code: centresCode + resizeCode, inputs: 1 };
    return planeKernel(what, { map, out, result: out }, resizeConstants(centres, map, out), traits);
  },
  resizeGradient({ attributes: { centres }, inputs, results }, traits) {
    const [out, map] = [inputs[0] as Shape, results[0] as Shape];
    const what = { label: 'resize', code: centresCode + resizeGradientCode, inputs: 1 };
    return planeKernel(what, { map, out, result: map }, resizeConstants(centres, map, out), traits);
  },
  pad({ attributes: { rows, columns }, inputs, results }, traits) {
    const [map, out] = [inputs[0] as Shape, results[0] as Shape];
    const constants = { ROWS_BEFORE: rows[0], COLUMNS_BEFORE: columns[0] };
    return planeKernel(
      { label: 'pad', code: padCode, inputs: 1 },
      { map, out, result: out },
      constants,
      traits,
    );
  },
};
