/**
 * Kernels of convolutions, transposed convolutions and their gradients: products whose factors are gathered as they are loaded, in
 * registers on software adapters, else by workgroups that load together; of pointwise ones plain matrix products.
 */
import type { MapGradients } from '../../../models/graph/gradient-ops/maps.ts';
import type { MapOperations } from '../../../models/graph/ops.ts';
import blocksCode from './conv-blocks.wgsl?raw';
import { type Convolution, type MapShape, type TapProduct, windowConstants } from './conv-products.ts';
import { registerTapKernel, registerWeightGradientKernel } from './conv-register-kernels.ts';
import tapsCode from './conv-taps.wgsl?raw';
import { convolutionText, type ConvolutionText } from './conv-text.ts';
import forwardCode from './conv2d.wgsl?raw';
import inputGradientCode from './conv2d-input-gradient.wgsl?raw';
import weightGradientCode from './conv2d-weight-gradient.wgsl?raw';
import {
  type Dispatch,
  input,
  type Kernel,
  type KernelRule,
  type KernelTraits,
  type Operand,
  result,
} from './kernel.ts';
import { addProduct, addScratch, draftKernel, partLength, type Product, tilingOf } from './matrix-product.ts';
import type { Contiguous } from './matrix-product-text.ts';
import { partialSumsDispatch } from './partial-sums.ts';

type ConvolutionKind = 'conv2d' | 'convTranspose2d' | 'conv2dInputGradient' | 'conv2dWeightGradient';

/** The kernel of a tap product, by the adapter's variant. */
function tapKernel(product: TapProduct, traits: KernelTraits): Kernel {
  if (traits.isSoftware) return registerTapKernel(product, traits);
  const { code, rows, columns, products, channels, rowStride, channelStride, plane, hasBias } = product;
  const dispatch = sharedDispatch(
    { code: [tapsCode, code, blocksCode].join('\n'), left: 'inner', right: 'outer', hasBias },
    [rows, columns, products],
    {
      ...product.constants,
      CHANNELS: channels,
      ROW_STRIDE: rowStride,
      CHANNEL_STRIDE: channelStride,
      PLANE: plane,
    },
    [input(0), input(1), result(), ...(hasBias ? [input(2)] : [])],
    traits,
  );
  return { dispatches: [dispatch], scratch: [] };
}

/** One dispatch of workgroups that load together over tiles of `rows` by `columns`, so many products at once. */
function sharedDispatch(
  text: ConvolutionText,
  [rows, columns, products]: readonly [rows: number, columns: number, products: number],
  constants: Readonly<Record<string, number>>,
  bindings: readonly Operand[],
  traits: KernelTraits,
): Dispatch {
  const { width, height, workgroups } = tilingOf({ rows, columns }, traits, false);
  return {
    class: 'convolution',
    code: convolutionText(text),
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
function scatteringKernel(
  convolution: Convolution,
  { dOut, weight, map, hasBias }: { dOut: MapShape; weight: MapShape; map: MapShape; hasBias: boolean },
  traits: KernelTraits,
): Kernel {
  const [n, channels, height, width] = map;
  const [outChannels, , kernelHeight, kernelWidth] = weight;
  const { stride } = convolution;
  const phaseWidth = Math.ceil(width / stride);
  const taps = kernelHeight * kernelWidth;
  const product: TapProduct = {
    code: inputGradientCode,
    rows: channels,
    columns: Math.ceil(height / stride) * phaseWidth,
    products: n * stride * stride,
    channels: outChannels,
    rowStride: taps,
    channelStride: channels * taps,
    taps,
    plane: dOut[2] * dOut[3],
    isDense: stride === 1,
    hasBias,
    constants: {
      ...windowConstants(convolution, [kernelHeight, kernelWidth]),
      PHASE_WIDTH: phaseWidth,
      HEIGHT: height,
      WIDTH: width,
      OUT_HEIGHT: dOut[2],
      OUT_WIDTH: dOut[3],
    },
  };
  return tapKernel(product, traits);
}

/** Whether every pixel of the result sees its own of the map alone. */
const isPointwise = ({ stride, padding }: Convolution, [height, width]: readonly number[]) =>
  height === 1 && width === 1 && stride === 1 && padding[0] === 0 && padding[1] === 0;

/** A pointwise convolution of `inner` channels, or its input gradient: a matrix product for each image. */
function pointwiseKernel(
  { rows, columns, inner, batches }: Required<Pick<Product, 'rows' | 'columns' | 'inner' | 'batches'>>,
  contiguous: Contiguous,
  traits: KernelTraits,
): Kernel {
  return draftKernel((draft) => {
    const product: Product = {
      rows,
      columns,
      inner,
      batches,
      left: { operand: input(1), contiguous, stride: contiguous === 'inner' ? inner : rows },
      right: { operand: input(0), contiguous: 'outer', stride: columns, batchStride: inner * columns },
      out: result(),
    };
    addProduct(draft, product, traits);
  });
}

export const convolutionKernelRules: {
  readonly [K in ConvolutionKind & keyof (MapOperations & MapGradients)]: KernelRule<K>;
} = {
  conv2d({ attributes, inputs, results }, traits) {
    const [, channels, height, width] = inputs[0] as unknown as MapShape;
    const [, , kernelHeight, kernelWidth] = inputs[1] as unknown as MapShape;
    const [n, outChannels, outHeight, outWidth] = results[0] as unknown as MapShape;
    const hasBias = inputs.length > 2;
    const sizes = { rows: outChannels, columns: height * width, inner: channels, batches: n };
    if (isPointwise(attributes, [kernelHeight, kernelWidth]) && !hasBias)
      return pointwiseKernel(sizes, 'inner', traits);
    const taps = kernelHeight * kernelWidth;
    const product: TapProduct = {
      code: forwardCode,
      rows: outChannels,
      columns: outHeight * outWidth,
      products: n,
      channels,
      rowStride: channels * taps,
      channelStride: taps,
      taps,
      plane: height * width,
      isDense: true,
      hasBias,
      constants: {
        ...windowConstants(attributes, [kernelHeight, kernelWidth]),
        HEIGHT: height,
        WIDTH: width,
        OUT_WIDTH: outWidth,
      },
    };
    return tapKernel(product, traits);
  },
  convTranspose2d({ attributes: { stride }, inputs, results }, traits) {
    const [dOut, weight] = inputs as unknown as readonly [MapShape, MapShape];
    const map = results[0] as unknown as MapShape;
    const shapes = { dOut, weight, map, hasBias: inputs.length > 2 };
    return scatteringKernel({ stride, padding: [0, 0] }, shapes, traits);
  },
  conv2dInputGradient({ attributes, inputs, results }, traits) {
    const [dOut, weight] = inputs as unknown as readonly [MapShape, MapShape];
    const map = results[0] as unknown as MapShape;
    const [n, rows, height, width] = map;
    const sizes = { rows, columns: height * width, inner: weight[0], batches: n };
    if (isPointwise(attributes, weight.slice(2))) return pointwiseKernel(sizes, 'outer', traits);
    const shapes = { dOut, weight, map, hasBias: false };
    return scatteringKernel(attributes, shapes, traits);
  },
  conv2dWeightGradient({ attributes, inputs }, traits) {
    const [dOut, map] = inputs as unknown as readonly [MapShape, MapShape];
    if (traits.isSoftware) return registerWeightGradientKernel([dOut, map], attributes, traits);
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
      const out = parts === 1 ? result() : addScratch(draft, parts * rows * columns);
      draft.dispatches.push(
        sharedDispatch(
          { code: weightGradientCode, left: 'inner', right: 'inner', hasBias: false },
          [rows, columns, parts],
          constants,
          [input(0), input(1), out],
          traits,
        ),
      );
      if (parts > 1)
        draft.dispatches.push(
          partialSumsDispatch('reduction', { parts, count: rows * columns }, [out, result()], traits),
        );
    });
  },
};
