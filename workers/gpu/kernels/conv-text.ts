/**
 * The text of convolutions by workgroups that load together: the tile of the matrix-product family over factors that a WGSL file
 * gathers. The file declares `range_of`, `left_block`, `right_block` and `store`, each told the number z of its product.
 * Sums are not taken in parts, as those in registers are: a second set of accumulators would take the registers of every other
 * invocation, and 4,608 terms at once lose 1e-6.
 */
import {
  accumulator,
  type Contiguous,
  forEachVector,
  SHARED_TILE as tile,
  tileLoopText,
  tileMemoryText,
} from './matrix-product-text.ts';

export interface ConvolutionText {
  /** The WGSL of the factors. */
  readonly code: string;
  /** The axes along which neighbouring invocations load. */
  readonly left: Contiguous;
  readonly right: Contiguous;
  readonly hasBias: boolean;
}

const BIAS_TEXT = `
@group(0) @binding(3) var<storage, read> bias: array<f32>;

fn start_of(row: u32) -> f32 {
  return bias[min(row, ROWS - 1)];
}`;

/** The kernel's text. Bindings: those of the file, 0 to 2, then the bias of each row. */
export function convolutionText({ code, left, right, hasBias }: ConvolutionText): string {
  return `${code}
${tileMemoryText(tile)}
${hasBias ? BIAS_TEXT : ''}
fn store_vector(z: u32, row: u32, column: u32, values: vec4<f32>) {
  store(z, row, column, values.x);
  store(z, row, column + 1, values.y);
  store(z, row, column + 2, values.z);
  store(z, row, column + 3, values.w);
}

override WORKGROUP_WIDTH: u32;
override WORKGROUP_HEIGHT: u32;

@compute @workgroup_size(WORKGROUP_WIDTH, WORKGROUP_HEIGHT)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let range = range_of(group.z);
  let first = range.x;
  let end = range.y;
  let tile_row = group.y * ${tile.rows} * WORKGROUP_HEIGHT;
  let tile_column = group.x * ${4 * tile.quads} * WORKGROUP_WIDTH;
  let row = tile_row + local.y * ${tile.rows};
  let column = tile_column + local.x * ${4 * tile.quads};
  let left_base = group.z;
  let right_base = group.z;
${forEachVector(tile, (row, quad) => `  var ${accumulator(row, quad)} = vec4<f32>(${hasBias ? `start_of(row + ${row})` : ''});`)}
${tileLoopText(tile, left, right)}
${forEachVector(tile, (row, quad) => `  store_vector(group.z, row + ${row}, column + ${4 * quad}, ${accumulator(row, quad)});`)}
}
`;
}
