/**
 * Kernels of convolutions in registers, for adapters whose workgroup memory is memory like any other: tiles, and what is laid out
 * before and summed after.
 */
import { type Convolution, type MapShape, type TapProduct, windowConstants } from './conv-products.ts';
import { REGISTER_INVOCATIONS, type RegisterTile, tapText, weightGradientText } from './conv-registers.ts';
import sumPartsCode from './conv-sum-parts.wgsl?raw';
import weightsCode from './conv-weights.wgsl?raw';
import { foldWorkgroups, workgroupsFor } from './grid.ts';
import { input, type Kernel, type KernelTraits, result, scratch } from './kernel.ts';

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

/** Scratch of a tap product. */
const WEIGHTS = scratch(0);

/** The kernel of a tap product in registers, its weights laid out for them first. */
export function registerTapKernel(product: TapProduct, traits: KernelTraits): Kernel {
  const { code, rows, columns, products, channels, rowStride, channelStride, taps, hasBias } = product;
  const rowQuads = Math.ceil(rows / 4);
  const count = taps * channels * rowQuads;
  const isOutVectorised = product.isDense && columns % 4 === 0;
  const { tile, rowTiles, columnTiles } = registerTiling(rows, columns, !isOutVectorised, traits);
  return {
    dispatches: [
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
        bindings: [input(1), WEIGHTS],
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
        bindings: [input(0), WEIGHTS, result(), ...(hasBias ? [input(2)] : [])],
        workgroups: foldWorkgroups(
          Math.ceil((rowTiles * columnTiles * products) / REGISTER_INVOCATIONS),
          traits,
        ),
      },
    ],
    scratch: [4 * count],
  };
}

/** The gradient of a weight [O,I,kh,kw] in registers, part by part and tap by tap, then the sum of the parts. */
export function registerWeightGradientKernel(
  [dOut, map]: readonly [MapShape, MapShape],
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
  const sums = scratch(0);
  return {
    dispatches: [
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
        bindings: [sums, result()],
        workgroups: workgroupsFor(rows * columns * taps, traits),
      },
    ],
    scratch: [4 * parts * taps * rows * shape.COLUMN_QUADS],
  };
}
