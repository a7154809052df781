/**
 * Kernels of convolutions, transposed convolutions and their gradients: matrix products whose factors are gathered as they are
 * loaded.
 */
import type { MapGradients } from '../../../models/graph/gradient-ops/maps.ts';
import type { MapOperations } from '../../../models/graph/ops.ts';
import blocksCode from './conv-blocks.wgsl?raw';
import { REGISTER_INVOCATIONS, type RegisterTile, tapText, weightGradientText } from './conv-registers.ts';
import sumPartsCode from './conv-sum-parts.wgsl?raw';
import tapsCode from './conv-taps.wgsl?raw';
import { convolutionText, type ConvolutionText } from './conv-text.ts';
import weightsCode from './conv-weights.wgsl?raw';
import forwardCode from './conv2d.wgsl?raw';
import inputGradientCode from './conv2d-input-gradient.wgsl?raw';
import weightGradientCode from './conv2d-weight-gradient.wgsl?raw';
import { foldWorkgroups, workgroupsFor } from './grid.ts';
import type { Dispatch, Kernel, KernelRule, KernelTraits, Operand } from './kernel.ts';
import {
  addProduct,
  addScratch,
  draftKernel,
  type KernelDraft,
  partLength,
  type Product,
  tilingOf,
} from './matrix-product.ts';
import type { Contiguous } from './matrix-product-text.ts';
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

/** A product for each image, or phase of one, over taps and channels: a convolution or the gradient of its input. */
interface TapProduct {
  /** conv2d.wgsl or conv2d-input-gradient.wgsl. */
  readonly code: string;
  readonly rows: number;
  readonly columns: number;
  readonly products: number;
  readonly channels: number;
  /** Elements of the weight between neighbouring rows and channels. */
  readonly rowStride: number;
  readonly channelStride: number;
  readonly taps: number;
  /** Elements of a channel of the map. */
  readonly plane: number;
  /** Whether the columns of a row are neighbours in the result. */
  readonly isDense: boolean;
  readonly hasBias: boolean;
  /** Those of `code`. */
  readonly constants: Readonly<Record<string, number>>;
}

/** Rows of tiles of registers, columns of them in fours, and rows above which a quad has enough of them to share columns. */
const REGISTER_ROWS = [4, 8, 16] as const;
const REGISTER_QUADS = [1, 2, 4] as const;
const UNSHARED_ROWS = 8;
/** Fours of pixels that are worth a part of a sum, and invocations that keep a CPU busy. */
const SHORTEST_PART_BLOCKS = 64;
const BUSY_INVOCATIONS = 256;

/** The first size that holds `count`, else the largest. */
const fitting = (sizes: readonly number[], count: number) =>
  sizes.find((size) => size >= count) ?? Math.max(...sizes);

/** The tile for a product, and how many of them it takes. */
function registerTiling(rows: number, columns: number, isNarrow: boolean, { hasSubgroups }: KernelTraits) {
  const quads = fitting(REGISTER_QUADS, Math.ceil(columns / 4));
  const isShared = hasSubgroups && rows > UNSHARED_ROWS && quads === 4;
  // Elements that are stored one by one are a condition each: few, for compilers' sake.
  const tileRows = isNarrow ? 4 : fitting(REGISTER_ROWS, isShared ? Math.ceil(rows / 4) : rows);
  const tile: RegisterTile = { rows: tileRows, quads, isShared };
  const rowTiles = Math.ceil(rows / tileRows);
  return {
    tile,
    rowTiles: isShared ? 4 * Math.ceil(rowTiles / 4) : rowTiles,
    columnTiles: Math.ceil(columns / (4 * quads)),
  };
}

/** Dispatches of a tap product in registers, its weights laid out for them first. */
function addRegisterTaps(draft: KernelDraft, product: TapProduct, traits: KernelTraits): void {
  const { code, rows, columns, products, channels, rowStride, channelStride, taps, hasBias } = product;
  const rowQuads = Math.ceil(rows / 4);
  const count = taps * channels * rowQuads;
  const weights = addScratch(draft, 4 * count);
  const isOutVectorised = product.isDense && columns % 4 === 0;
  const { tile, rowTiles, columnTiles } = registerTiling(rows, columns, !isOutVectorised, traits);
  draft.dispatches.push(
    {
      class: 'convolution',
      code: weightsCode,
      constants: {
        ROWS: rows,
        ROW_QUADS: rowQuads,
        CHANNELS: channels,
        ROW_STRIDE: rowStride,
        CHANNEL_STRIDE: channelStride,
        COUNT: count,
      },
      bindings: [input(1), weights],
      workgroups: workgroupsFor(count, traits),
    },
    {
      class: 'convolution',
      code: tapText({ tile, code, hasBias, isOutVectorised }),
      constants: {
        ...product.constants,
        ROWS: rows,
        COLUMNS: columns,
        CHANNELS: channels,
        PLANE: product.plane,
        ROW_QUADS: rowQuads,
        ROW_TILES: rowTiles,
        COLUMN_TILES: columnTiles,
        PRODUCTS: products,
      },
      bindings: [input(0), weights, RESULT, ...(hasBias ? [input(2)] : [])],
      workgroups: foldWorkgroups(
        Math.ceil((rowTiles * columnTiles * products) / REGISTER_INVOCATIONS),
        traits,
      ),
    },
  );
}

/** The kernel of a tap product, by the adapter's variant. */
function tapKernel(product: TapProduct, traits: KernelTraits): Kernel {
  return draftKernel((draft) => {
    if (traits.isSoftware) {
      addRegisterTaps(draft, product, traits);
      return;
    }
    const { rows, columns, products, channels, rowStride, channelStride, plane, hasBias } = product;
    draft.dispatches.push(
      sharedDispatch(
        { code: [tapsCode, product.code, blocksCode].join('\n'), left: 'inner', right: 'outer', hasBias },
        [rows, columns, products],
        {
          ...product.constants,
          CHANNELS: channels,
          ROW_STRIDE: rowStride,
          CHANNEL_STRIDE: channelStride,
          PLANE: plane,
        },
        [input(0), input(1), RESULT, ...(hasBias ? [input(2)] : [])],
        traits,
      ),
    );
  });
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
  { dOut, weight, map, hasBias }: { dOut: Sizes; weight: Sizes; map: Sizes; hasBias: boolean },
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

/** The gradient of a weight [O,I,kh,kw] in registers, part by part and tap by tap, then the sum of the parts. */
function weightGradientKernel(
  [dOut, map]: readonly [Sizes, Sizes],
  { kernel, ...convolution }: Convolution & { readonly kernel: readonly [number, number] },
  traits: KernelTraits,
): Kernel {
  const [n, rows, outHeight, outWidth] = dOut;
  const [, columns, height, width] = map;
  const taps = kernel[0] * kernel[1];
  const pixels = outHeight * outWidth;
  const { tile, rowTiles, columnTiles } = registerTiling(rows, columns, false, traits);
  const tiles = rowTiles * columnTiles * taps;
  const blocks = Math.ceil(pixels / 4);
  const wanted = Math.min(
    Math.ceil(BUSY_INVOCATIONS / tiles),
    Math.ceil((n * blocks) / SHORTEST_PART_BLOCKS),
  );
  const part = Math.ceil((n * blocks) / wanted);
  const parts = Math.ceil((n * blocks) / part);
  const shape = { ROWS: rows, COLUMNS: columns, COLUMN_QUADS: Math.ceil(columns / 4) };
  return draftKernel((draft) => {
    const sums = addScratch(draft, 4 * parts * taps * rows * shape.COLUMN_QUADS);
    draft.dispatches.push(
      {
        class: 'convolution',
        code: weightGradientText(tile, pixels % 4 === 0),
        constants: {
          ...windowConstants(convolution, kernel),
          ...shape,
          BLOCKS: blocks,
          PART: part,
          ALL_BLOCKS: n * blocks,
          HEIGHT: height,
          WIDTH: width,
          OUT_HEIGHT: outHeight,
          OUT_WIDTH: outWidth,
          ROW_TILES: rowTiles,
          COLUMN_TILES: columnTiles,
          PRODUCTS: parts * taps,
        },
        bindings: [input(0), input(1), sums],
        workgroups: foldWorkgroups(Math.ceil((tiles * parts) / REGISTER_INVOCATIONS), traits),
      },
      {
        class: 'reduction',
        code: sumPartsCode,
        constants: { ...shape, TAPS: taps, PARTS: parts, COUNT: rows * columns * taps },
        bindings: [sums, RESULT],
        workgroups: workgroupsFor(rows * columns * taps, traits),
      },
    );
  });
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
      out: RESULT,
    };
    addProduct(draft, product, traits);
  });
}

export const convolutionKernelRules: {
  readonly [K in ConvolutionKind & keyof (MapOperations & MapGradients)]: KernelRule<K>;
} = {
  conv2d({ attributes, inputs, results }, traits) {
    const [, channels, height, width] = inputs[0] as unknown as Sizes;
    const [, , kernelHeight, kernelWidth] = inputs[1] as unknown as Sizes;
    const [n, outChannels, outHeight, outWidth] = results[0] as unknown as Sizes;
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
    const [dOut, weight] = inputs as unknown as readonly [Sizes, Sizes];
    const map = results[0] as unknown as Sizes;
    const shapes = { dOut, weight, map, hasBias: inputs.length > 2 };
    return scatteringKernel({ stride, padding: [0, 0] }, shapes, traits);
  },
  conv2dInputGradient({ attributes, inputs, results }, traits) {
    const [dOut, weight] = inputs as unknown as readonly [Sizes, Sizes];
    const map = results[0] as unknown as Sizes;
    const [n, rows, height, width] = map;
    const sizes = { rows, columns: height * width, inner: weight[0], batches: n };
    if (isPointwise(attributes, weight.slice(2))) return pointwiseKernel(sizes, 'outer', traits);
    const shapes = { dOut, weight, map, hasBias: false };
    return scatteringKernel(attributes, shapes, traits);
  },
  conv2dWeightGradient({ attributes, inputs }, traits) {
    const [dOut, map] = inputs as unknown as readonly [Sizes, Sizes];
    if (traits.isSoftware) return weightGradientKernel([dOut, map], attributes, traits);
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
          partialSumsDispatch('reduction', { parts, count: rows * columns }, [out, RESULT], traits),
        );
    });
  },
};
