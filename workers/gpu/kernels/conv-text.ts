/**
 * The text of the convolutions: the tile of the matrix-product family over factors that a WGSL file gathers. The file declares
 * `range_of`, `left_block`, `right_block` and `store`, each told the number z of its product.
 */
import {
  type Contiguous,
  type ProductText,
  tileLoopText,
  tileMemoryText,
  TILE_SIDE,
} from './matrix-product-text.ts';

export interface ConvolutionText {
  readonly tiling: ProductText['tiling'];
  /** The WGSL of the factors. */
  readonly code: string;
  /** The axes along which neighbouring invocations load. */
  readonly left: Contiguous;
  readonly right: Contiguous;
  readonly hasBias: boolean;
}

const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];

const BIAS_TEXT = `
@group(0) @binding(3) var<storage, read> bias: array<f32>;

fn start_of(row: u32) -> f32 {
  return bias[min(row, ROWS - 1)];
}`;

/** Calls `text` for each row and half of the eight by eight elements of an invocation. */
const forEachVector = (text: (row: number, half: number) => string) =>
  EIGHT.flatMap((row) => [text(row, 0), text(row, 1)]).join('\n');

/** The kernel's text. Bindings: those of the file, 0 to 2, then the bias of each row. */
export function convolutionText({ tiling, code, left, right, hasBias }: ConvolutionText): string {
  return `${code}
${tileMemoryText(tiling)}
${hasBias ? BIAS_TEXT : ''}
fn store_vector(z: u32, row: u32, column: u32, values: vec4<f32>) {
  store(z, row, column, values.x);
  store(z, row, column + 1, values.y);
  store(z, row, column + 2, values.z);
  store(z, row, column + 3, values.w);
}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) tile: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let range = range_of(tile.z);
  let first = range.x;
  let end = range.y;
  let tile_row = tile.y * ${TILE_SIDE};
  let tile_column = tile.x * ${TILE_SIDE};
  let row = tile_row + local.y * 8;
  let column = tile_column + local.x * 8;
  let left_base = tile.z;
  let right_base = tile.z;
${forEachVector((row, half) => `  var c${row}${half} = vec4<f32>(${hasBias ? `start_of(row + ${row})` : ''});`)}
${tileLoopText(tiling, left, right)}
${forEachVector((row, half) => `  store_vector(tile.z, row + ${row}, column + ${4 * half}, c${row}${half});`)}
}
`;
}
