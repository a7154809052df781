/**
 * The text of convolutions for adapters whose workgroup memory is memory like any other: an invocation owns a tile of a product in
 * named vectors and goes along taps and channels, or along pixels, by itself. Loads cost most there, and those of single elements
 * most of all: weights and gradients are read four at a time, and what the four invocations of a quad all need each of them loads a
 * quarter of, where the adapter has subgroups.
 */
import tapsCode from './conv-taps.wgsl?raw';
import weightGradientCode from './conv2d-weight-gradient-registers.wgsl?raw';
import { accumulator, forEachVector } from './matrix-product-text.ts';

/** What an invocation owns, and whether quads of invocations, with the same columns, share what they load of them. */
export interface RegisterTile {
  readonly rows: number;
  /** Columns, in fours; four where quads share. */
  readonly quads: number;
  readonly isShared: boolean;
}

/** Invocations of a workgroup, each of which works by itself. */
export const REGISTER_INVOCATIONS = 16;

/**
 * Channels that are summed along a row of taps before the sum joins the others: rounding grows with the length of a sum, and of 512
 * channels at nine taps a fifth of a plain sum's is left.
 */
const PART_CHANNELS = 16;

/** The part of a sum that joins an accumulator. */
const partOf = (row: number, quad: number) => `p${row}_${quad}`;

const LANES = ['x', 'y', 'z', 'w'] as const;
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const lines = (count: number, text: (index: number) => string) => upTo(count).map(text).join('\n');

/** The four invocations of a quad are of one product and one column tile, for row tiles are fours. */
const headText = ({ isShared }: RegisterTile) =>
  isShared ? 'enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n' : '';

const mainText = (tile: RegisterTile, start: string) => `
override ROW_TILES: u32;
override COLUMN_TILES: u32;
override PRODUCTS: u32;

@compute @workgroup_size(${REGISTER_INVOCATIONS})
fn main(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = id.x + id.y * groups.x * ${REGISTER_INVOCATIONS};
  let row = index % ROW_TILES * ${tile.rows};
  let column = index / ROW_TILES % COLUMN_TILES * ${4 * tile.quads};
  let z = index / ROW_TILES / COLUMN_TILES;
  if (z >= PRODUCTS) { return; }
${forEachVector(tile, (r, q) => `  var ${accumulator(r, q)} = vec4<f32>(${start === '' ? '' : `${start}(row + ${r})`});`)}`;

/** Quads of columns that an invocation loads. */
const loadedOf = ({ quads, isShared }: RegisterTile) => (isShared ? 1 : quads);
const columnOf = ({ isShared }: RegisterTile, quad: number) =>
  isShared ? 'column + 4 * (lane % 4)' : `column + ${4 * quad}`;

export interface TapText {
  readonly tile: RegisterTile;
  /** conv2d.wgsl or conv2d-input-gradient.wgsl. */
  readonly code: string;
  readonly hasBias: boolean;
  /** Whether the columns of a row are neighbours in the result, and fours of them. */
  readonly isOutVectorised: boolean;
}

const BIAS_TEXT = `
@group(0) @binding(3) var<storage, read> bias: array<f32>;

fn start_of(row: u32) -> f32 {
  return bias[min(row, ROWS - 1)];
}`;

const SCALAR_STORE = `
fn store(z: u32, row: u32, column: u32, value: f32) {
  let at = element_of(z, row, min(column, COLUMNS - 1));
  if (column < COLUMNS && at != NOWHERE) { out[at] = value; }
}`;

function storesText(tile: RegisterTile, isOutVectorised: boolean): string {
  const vectorText = (r: number, q: number) =>
    isOutVectorised
      ? `    if (column + ${4 * q} < COLUMNS) { out[element_of(z, row + ${r}, column + ${4 * q}) / 4] = ${accumulator(r, q)}; }`
      : LANES.map(
          (lane, i) => `    store(z, row + ${r}, column + ${4 * q + i}, ${accumulator(r, q)}.${lane});`,
        ).join('\n');
  return lines(
    tile.rows,
    (r) => `  if (row + ${r} < ROWS) {\n${lines(tile.quads, (q) => vectorText(r, q))}\n  }`,
  );
}

/** A convolution or its input gradient. Bindings: the map, weights by conv-weights.wgsl, the result, then the bias of each row. */
export function tapText({ tile, code, hasBias, isOutVectorised }: TapText): string {
  const loaded = loadedOf(tile);
  const rowQuads = tile.rows / 4;
  const columns = lines(loaded, (q) => `          let seen${q} = load_seen(at${q}, first${q}.isInside);`);
  return `${headText(tile)}${tapsCode}
${code}
override ROW_QUADS: u32;

@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> out: array<${isOutVectorised ? 'vec4<f32>' : 'f32'}>;
${hasBias ? BIAS_TEXT : ''}
${isOutVectorised ? '' : SCALAR_STORE}
${mainText(tile, hasBias ? 'start_of' : '')}
  let taps = taps_of(z);
  for (var part = 0u; part < CHANNELS; part += ${PART_CHANNELS}) {
    let part_end = min(part + ${PART_CHANNELS}, CHANNELS);
    for (var tap_row = 0u; tap_row < taps.x; tap_row++) {
${forEachVector(tile, (r, q) => `      var ${partOf(r, q)} = vec4<f32>();`)}
      for (var tap_column = 0u; tap_column < taps.y; tap_column++) {
        let tap = vec2(tap_row, tap_column);
        let first_weight = (kernel_tap_of(z, tap) * CHANNELS + part) * ROW_QUADS;
${lines(rowQuads, (b) => `        var w${b} = first_weight + min(row / 4 + ${b}, ROW_QUADS - 1);`)}
${lines(loaded, (q) => `        let first${q} = seen_at(z, tap, four_columns(${columnOf(tile, q)}));\n        var at${q} = first${q}.at + part * PLANE;`)}
        for (var channel = part; channel < part_end; channel++) {
${lines(rowQuads, (b) => `          let a${b} = weight[w${b}];\n          w${b} += ROW_QUADS;`)}
${columns}
${lines(loaded, (q) => `          at${q} += PLANE;`)}
${lines(tile.quads, (q) => `          let b${q} = ${tile.isShared ? `quadBroadcast(seen0, ${q})` : `seen${q}`};`)}
${forEachVector(tile, (r, q) => `          ${partOf(r, q)} += a${r >> 2}.${LANES[r % 4]} * b${q};`)}
        }
      }
${forEachVector(tile, (r, q) => `      ${accumulator(r, q)} += ${partOf(r, q)};`)}
    }
  }
${storesText(tile, isOutVectorised)}
}
`;
}

/** Channels of four columns at four pixels: column i of the matrix is pixel i. */
const channelsText = (tile: RegisterTile, quad: number) =>
  `transpose(mat4x4<f32>(${upTo(4)
    .map(
      (i) => `load_seen(at + min(${columnOf(tile, quad)} + ${i}, COLUMNS - 1) * (HEIGHT * WIDTH), isInside)`,
    )
    .join(', ')}))`;

/** The gradient of weights. `isVectorised`: whether the pixels of a channel of dOut are fours. Bindings: dOut, x, parts. */
export function weightGradientText(tile: RegisterTile, isVectorised: boolean): string {
  const gradient = (r: number) => {
    const first = `(image * ROWS + min(row + ${r}, ROWS - 1)) * (OUT_HEIGHT * OUT_WIDTH)`;
    return isVectorised
      ? `d_out[(${first} + pixels.x) / 4]`
      : `vec4(${LANES.map((lane) => `d_out[${first} + min(pixels.${lane}, OUT_HEIGHT * OUT_WIDTH - 1)]`).join(', ')})`;
  };
  return `${headText(tile)}${weightGradientCode}
@group(0) @binding(0) var<storage, read> d_out: array<${isVectorised ? 'vec4<f32>' : 'f32'}>;
${mainText(tile, '')}
  let kernel_tap = z % (KERNEL_HEIGHT * KERNEL_WIDTH);
  let tap = vec2(kernel_tap / KERNEL_WIDTH, kernel_tap % KERNEL_WIDTH);
  let first = z / (KERNEL_HEIGHT * KERNEL_WIDTH) * PART;
  let end = min(first + PART, ALL_BLOCKS);
  for (var block = first; block < end; block++) {
    let image = block / BLOCKS;
    let pixels = vec4(block % BLOCKS * 4) + vec4(0, 1, 2, 3);
    let map_row = pixels / OUT_WIDTH * STRIDE + (tap.x - ROW_PADDING);
    let map_column = pixels % OUT_WIDTH * STRIDE + (tap.y - COLUMN_PADDING);
    let isInside = (map_row < vec4(HEIGHT)) & (map_column < vec4(WIDTH)) & (pixels < vec4(OUT_HEIGHT * OUT_WIDTH));
    let at = image * COLUMNS * (HEIGHT * WIDTH) + min(map_row, vec4(HEIGHT - 1)) * WIDTH + min(map_column, vec4(WIDTH - 1));
${lines(loadedOf(tile), (q) => `    let channels${q} = ${channelsText(tile, q)};`)}
${lines(tile.quads, (q) =>
  tile.isShared
    ? `    let b${q} = mat4x4<f32>(${upTo(4)
        .map((i) => `quadBroadcast(channels0[${i}], ${q})`)
        .join(', ')});`
    : `    let b${q} = channels${q};`,
)}
${lines(tile.rows, (r) => `    let a${r} = ${gradient(r)};`)}
${upTo(4)
  .map((i) => forEachVector(tile, (r, q) => `    ${accumulator(r, q)} += a${r}.${LANES[i]} * b${q}[${i}];`))
  .join('\n')}
  }
  let to = (z * ROWS + row) * COLUMN_QUADS + column / 4;
${forEachVector(
  tile,
  (r, q) =>
    `  if (row + ${r} < ROWS && column / 4 + ${q} < COLUMN_QUADS) { out[to + ${r} * COLUMN_QUADS + ${q}] = ${accumulator(r, q)}; }`,
)}
}
`;
}
