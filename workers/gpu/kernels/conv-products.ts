/** What the kernels of convolutions of both variants are told: windows, and convolutions as products. */
import type { Operand } from './kernel.ts';

export type MapShape = readonly [images: number, channels: number, height: number, width: number];

export const input = (index: number): Operand => ({ from: 'input', index });
export const RESULT: Operand = { from: 'result', index: 0 };

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
