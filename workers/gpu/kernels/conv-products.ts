/** What the kernels of convolutions of both variants are told: windows, and convolutions as products. */

/** Sizes of a map. */
export type MapShape = readonly [images: number, channels: number, height: number, width: number];

/** How windows lie on a map. */
export interface Convolution {
  readonly stride: number;
  readonly padding: readonly [rows: number, columns: number];
}

/** The constants of a window that all kernels name alike. `kernel` is its height and width. */
export function windowConstants(
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
export interface TapProduct {
  /** conv2d.wgsl or conv2d-input-gradient.wgsl. */
  readonly code: string;
  /** Channels of the result. */
  readonly rows: number;
  /** Pixels of an image of the result, or of a phase of it. */
  readonly columns: number;
  /** Images, times phases. */
  readonly products: number;
  /** Channels of the map, which are summed. */
  readonly channels: number;
  /** Elements of the weight between neighbouring rows and channels. */
  readonly rowStride: number;
  readonly channelStride: number;
  /** Height times width of the kernel. */
  readonly taps: number;
  /** Elements of a channel of the map. */
  readonly plane: number;
  /** Whether the columns of a row are neighbours in the result. */
  readonly isDense: boolean;
  readonly hasBias: boolean;
  /** Those of `code`. */
  readonly constants: Readonly<Record<string, number>>;
}
