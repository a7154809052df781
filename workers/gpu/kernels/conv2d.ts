/**
 * Kernels of convolutions, transposed convolutions and their gradients: matrix products whose factors are gathered as they are
 * loaded.
 */
import type { MapGradients } from '../../../models/graph/gradient-ops/maps.ts';
import type { MapOperations } from '../../../models/graph/ops.ts';
import { convolutionText, type ConvolutionText } from './conv-text.ts';
import forwardCode from './conv2d.wgsl?raw';
import inputGradientCode from './conv2d-input-gradient.wgsl?raw';
import weightGradientCode from './conv2d-weight-gradient.wgsl?raw';
import type { Dispatch, KernelRule, KernelTraits, Operand } from './kernel.ts';
import { addScratch, draftKernel, partLength, tilingOf } from './matrix-product.ts';
import { partialSumsDispatch } from './partial-sums.ts';

type ConvolutionKind = 'conv2d' | 'convTranspose2d' | 'conv2dInputGradient' | 'conv2dWeightGradient';
type Sizes = readonly [number, number, number, number];

const input = (index: number): Operand => ({ from: 'input', index });
const RESULT: Operand = { from: 'result', index: 0 };

interface Convolution {
  readonly stride: number;
  readonly padding: readonly [rows: number, columns: number];
}

function windowConstants(
  { stride, padding: [rows, columns] }: Convolution,
  [height, width]: readonly number[],
) {
  return {
    STRIDE: stride,
    ROW_PADDING: rows,
    COLUMN_PADDING: columns,
    KERNEL_HEIGHT: height as number,
    KERNEL_WIDTH: width as number,
  };
}

/** One dispatch over tiles of `rows` by `columns`, so many products at once. */
function convolutionDispatch(
  text: Omit<ConvolutionText, 'tile'>,
  [rows, columns, products]: readonly [rows: number, columns: number, products: number],
  constants: Readonly<Record<string, number>>,
  bindings: readonly Operand[],
  traits: KernelTraits,
): Dispatch {
  const { tile, width, height, workgroups } = tilingOf({ rows, columns }, traits, false);
  return {
    class: 'convolution',
    code: convolutionText({ ...text, tile }),
    constants: {
      ROWS: rows,
      COLUMNS: columns,
      WORKGROUP_WIDTH: width,
      WORKGROUP_HEIGHT: height,
      ...constants,
    },
    bindings,
    workgroups: [...workgroups, products],
  };
}

/** From dOut [N,O,h,w] and weight [O,I,kh,kw] to a map [N,I,H,W], which a bias (input 2) may be added to. */
function scatteringDispatch(
  convolution: Convolution,
  { dOut, weight, map, hasBias }: { dOut: Sizes; weight: Sizes; map: Sizes; hasBias: boolean },
  traits: KernelTraits,
): Dispatch {
  const [n, channels, height, width] = map;
  const [outChannels, , kernelHeight, kernelWidth] = weight;
  const { stride, padding } = convolution;
  const [tapRows, tapColumns] = [Math.ceil(kernelHeight / stride), Math.ceil(kernelWidth / stride)];
  const phaseHeight = Math.floor((height - 1 + padding[0]) / stride) + 1;
  const phaseWidth = Math.floor((width - 1 + padding[1]) / stride) + 1;
  const constants = {
    ...windowConstants(convolution, [kernelHeight, kernelWidth]),
    INNER: outChannels * tapRows * tapColumns,
    TAP_ROWS: tapRows,
    TAP_COLUMNS: tapColumns,
    PHASE_WIDTH: phaseWidth,
    HEIGHT: height,
    WIDTH: width,
    OUT_HEIGHT: dOut[2],
    OUT_WIDTH: dOut[3],
  };
  return convolutionDispatch(
    { code: inputGradientCode, left: 'inner', right: 'outer', hasBias },
    [channels, phaseHeight * phaseWidth, n * stride * stride],
    constants,
    [input(0), input(1), RESULT, ...(hasBias ? [input(2)] : [])],
    traits,
  );
}

export const convolutionKernelRules: {
  readonly [K in ConvolutionKind & keyof (MapOperations & MapGradients)]: KernelRule<K>;
} = {
  conv2d({ attributes, inputs, results }, traits) {
    const [, channels, height, width] = inputs[0] as unknown as Sizes;
    const [, , kernelHeight, kernelWidth] = inputs[1] as unknown as Sizes;
    const [n, outChannels, outHeight, outWidth] = results[0] as unknown as Sizes;
    const hasBias = inputs.length > 2;
    const constants = {
      ...windowConstants(attributes, [kernelHeight, kernelWidth]),
      INNER: channels * kernelHeight * kernelWidth,
      HEIGHT: height,
      WIDTH: width,
      OUT_WIDTH: outWidth,
    };
    const dispatch = convolutionDispatch(
      { code: forwardCode, left: 'inner', right: 'outer', hasBias },
      [outChannels, outHeight * outWidth, n],
      constants,
      [input(0), input(1), RESULT, ...(hasBias ? [input(2)] : [])],
      traits,
    );
    return { dispatches: [dispatch], scratch: [] };
  },
  convTranspose2d({ attributes: { stride }, inputs, results }, traits) {
    const [dOut, weight] = inputs as unknown as readonly [Sizes, Sizes];
    const map = results[0] as unknown as Sizes;
    const shapes = { dOut, weight, map, hasBias: inputs.length > 2 };
    return { dispatches: [scatteringDispatch({ stride, padding: [0, 0] }, shapes, traits)], scratch: [] };
  },
  conv2dInputGradient({ attributes, inputs, results }, traits) {
    const [dOut, weight] = inputs as unknown as readonly [Sizes, Sizes];
    const map = results[0] as unknown as Sizes;
    const shapes = { dOut, weight, map, hasBias: false };
    return { dispatches: [scatteringDispatch(attributes, shapes, traits)], scratch: [] };
  },
  conv2dWeightGradient({ attributes, inputs }, traits) {
    const [dOut, map] = inputs as unknown as readonly [Sizes, Sizes];
    const [n, rows, outHeight, outWidth] = dOut;
    const [, channels, height, width] = map;
    const columns = channels * attributes.kernel[0] * attributes.kernel[1];
    const inner = n * outHeight * outWidth;
    const part = partLength({ rows, columns, inner }, traits);
    const parts = Math.ceil(inner / part);
    const constants = {
      ...windowConstants(attributes, attributes.kernel),
      INNER: inner,
      PART: part,
      HEIGHT: height,
      WIDTH: width,
      OUT_HEIGHT: outHeight,
      OUT_WIDTH: outWidth,
    };
    return draftKernel((draft) => {
      const out = parts === 1 ? RESULT : addScratch(draft, parts * rows * columns);
      draft.dispatches.push(
        convolutionDispatch(
          { code: weightGradientCode, left: 'inner', right: 'inner', hasBias: false },
          [rows, columns, parts],
          constants,
          [input(0), input(1), out],
          traits,
        ),
      );
      if (parts > 1)
        draft.dispatches.push(
          partialSumsDispatch('reduction', { parts, count: rows * columns }, [out, RESULT], traits),
        );
    });
  },
};
