/**
 * The text of the matrix-product family: out = left right of each batch, [ROWS,INNER] by [INNER,COLUMNS], whichever of its two
 * axes each factor is contiguous along (NN, NT, TN), with a bias and skinny products added before the one store.
 *
 * An invocation owns a tile of the result in named vectors: an indexed array would leave the registers on many adapters. It
 * goes along INNER in blocks of four, whatever a factor's layout is: a block is a matrix of 4 by 4, turned round while it is
 * loaded where need be. A workgroup is WIDTH by HEIGHT invocations.
 * - shared: 8 by 8 invocations with tiles of 8 by 8. The workgroup loads tiles of depth 16 into 8 KiB of workgroup memory, one
 *   block of each factor an invocation, and two barriers stand around each tile;
 * - else each invocation loads its own blocks, for adapters whose workgroup memory is memory like any other. Loads cost most
 *   there: of tiles of 8 by 8 four fifths of the time, so that tiles are up to 16 by 16, and no larger than a small result.
 *   The four invocations of a quad that have the same rows of tiles of 16 load a quarter of the left factor each, and pass it on.
 * Indices beyond a matrix are clamped and what lies beyond INNER counts as zero: no size must divide a tile.
 * A factor may be stored as f16 without padding between its rows, element i in half i of the words: it is widened as it is
 * loaded by `unpack2x16float`, which every adapter has and drivers turn into a conversion. The feature shader-f16 would save
 * nothing, for arithmetic is of f32 anyway, and CI's software adapter lacks it. Halves below 2^-14 may be read as zero, as any
 * subnormal number of WGSL.
 */

/** The axis along which a factor's elements are neighbours. */
export type Contiguous = 'inner' | 'outer';

export interface FactorText {
  readonly contiguous: Contiguous;
  /** Whether it can be read four elements at a time. */
  readonly isVectorised: boolean;
  /** Whether it is stored as f16. */
  readonly isHalf: boolean;
}

/** What an invocation owns. */
export interface Tile {
  /** A multiple of four. */
  readonly rows: number;
  /** Columns, in fours. */
  readonly quads: number;
  /** Whether the workgroup loads together; only of `SHARED_TILE`. */
  readonly isShared: boolean;
}

export const SHARED_TILE: Tile = { rows: 8, quads: 2, isShared: true };

export interface ProductText {
  readonly tile: Tile;
  readonly left: FactorText;
  readonly right: FactorText;
  /** Whether the result can be written four elements at a time. */
  readonly isOutVectorised: boolean;
  /** Whether quads share `QUAD_ROWS`: WIDTH must be 4, the device must have subgroups. */
  readonly hasQuads: boolean;
  readonly hasBias: boolean;
  readonly pairCount: number;
}

/** Rows that a quad can share: a block of four for each of its invocations to load. */
export const QUAD_ROWS = 16;

/** Elements of INNER that a tile holds: a part of a split product must be a multiple. */
export const TILE_DEPTH = 16;

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const LANES = ['x', 'y', 'z', 'w'];

const elementType = (isVectorised: boolean) => (isVectorised ? 'vec4<f32>' : 'f32');

/** `NAME_at(i)`: element i of a factor of halves, or elements 4 i to 4 i + 3 where it is vectorised. */
const halvesText = (name: string, isVectorised: boolean) => {
  const words = isVectorised ? `${name}[i]` : `${name}[i / 2]`;
  return `
fn ${name}_at(i: u32) -> ${elementType(isVectorised)} {
  let words = ${words};
  return ${isVectorised ? 'vec4(unpack2x16float(words.x), unpack2x16float(words.y))' : 'unpack2x16float(words)[i % 2]'};
}`;
};

/** Overrides and `NAME_block(outer, inner)`: column i holds four outer elements at inner position `inner + i`. */
function factorText(
  name: 'left' | 'right',
  binding: number,
  { contiguous, isVectorised, isHalf }: FactorText,
): string {
  const [upper, count] = [name.toUpperCase(), name === 'left' ? 'ROWS' : 'COLUMNS'];
  const at = (index: string) => (isHalf ? `${name}_at(${index})` : `${name}[${index}]`);
  // `fixed` is the position along the axis that is not contiguous.
  const load = (fixed: string, run: string, end: string) =>
    isVectorised
      ? at(`(base + ${fixed} * ${upper}_STRIDE + min(${run}, ${end} - 4)) / 4`)
      : `vec4(${LANES.map((_, i) => at(`base + ${fixed} * ${upper}_STRIDE + min(${run} + ${i}, ${end} - 1)`)).join(', ')})`;
  const storedType = isHalf ? (isVectorised ? 'vec2<u32>' : 'u32') : elementType(isVectorised);
  const ofInner = `
fn ${name}_block(base: u32, outer: u32, inner: u32, end: u32) -> mat4x4<f32> {
  let is_inside = vec4(inner) + vec4(0, 1, 2, 3) < vec4(end);
  return transpose(mat4x4<f32>(
${[0, 1, 2, 3].map((i) => `    select(vec4<f32>(), ${load(`min(outer + ${i}, ${count} - 1)`, 'inner', 'end')}, is_inside),`).join('\n')}
  ));
}`;
  const ofOuter = `
fn ${name}_block(base: u32, outer: u32, inner: u32, end: u32) -> mat4x4<f32> {
  return mat4x4<f32>(
${[0, 1, 2, 3].map((i) => `    select(vec4<f32>(), ${load(`min(inner + ${i}, end - 1)`, 'outer', count)}, inner + ${i} < end),`).join('\n')}
  );
}`;
  return `
override ${upper}_START: u32 = 0;
override ${upper}_STRIDE: u32;
override ${upper}_BATCH: u32 = 0;
@group(0) @binding(${binding}) var<storage, read> ${name}: array<${storedType}>;
${isHalf ? halvesText(name, isVectorised) : ''}
${contiguous === 'inner' ? ofInner : ofOuter}`;
}

/** The name of the four elements of a row from column 4 `quad` on. */
export const accumulator = (row: number, quad: number) => `c${row}_${quad}`;

/** Calls `text` for each row and quad of a tile. */
export function forEachVector({ rows, quads }: Tile, text: (row: number, quad: number) => string): string {
  return upTo(rows)
    .flatMap((row) => upTo(quads).map((quad) => text(row, quad)))
    .join('\n');
}

/** Adds the products of columns, four rows each, with four columns each. */
function accumulateText(tile: Tile, rowVectors: readonly string[], columnVectors: readonly string[]): string {
  return forEachVector(
    tile,
    (row, quad) =>
      `    ${accumulator(row, quad)} += ${rowVectors[row >> 2]}.${LANES[row % 4]} * ${columnVectors[quad]};`,
  );
}

const sharedLoop = (left: Contiguous, right: Contiguous) => {
  // Neighbouring invocations load neighbouring elements.
  const blockOf = (contiguous: Contiguous) =>
    contiguous === 'inner' ? ['lane / 4', 'lane % 4'] : ['lane % 16', 'lane / 16'];
  const [leftOuter, leftInner] = blockOf(left) as [string, string];
  const [rightOuter, rightInner] = blockOf(right) as [string, string];
  const store = (name: string, outer: string, inner: string) =>
    [0, 1, 2, 3]
      .map((i) => `    ${name}_tile[(${inner} * 4 + ${i}) * 16 + ${outer}] = ${name}_part[${i}];`)
      .join('\n');
  return `
  for (var inner = first; inner < end; inner += ${TILE_DEPTH}) {
    let left_part = left_block(left_base, tile_row + ${leftOuter} * 4, inner + ${leftInner} * 4, end);
    let right_part = right_block(right_base, tile_column + ${rightOuter} * 4, inner + ${rightInner} * 4, end);
    workgroupBarrier();
${store('left', leftOuter, leftInner)}
${store('right', rightOuter, rightInner)}
    workgroupBarrier();
    for (var depth = 0u; depth < ${TILE_DEPTH}; depth += 4) {
${[0, 1, 2, 3]
  .map(
    (i) => `      let a${i}0 = left_tile[(depth + ${i}) * 16 + local.y * 2];
      let a${i}1 = left_tile[(depth + ${i}) * 16 + local.y * 2 + 1];
      let b${i}0 = right_tile[(depth + ${i}) * 16 + local.x * 2];
      let b${i}1 = right_tile[(depth + ${i}) * 16 + local.x * 2 + 1];
${accumulateText(SHARED_TILE, [`a${i}0`, `a${i}1`], [`b${i}0`, `b${i}1`])}`,
  )
  .join('\n')}
    }
  }`;
};

/** Declares `NAME0`, `NAME1`, ... by an expression of their first row or column. */
const declarations = (name: string, count: number, text: (first: number) => string) =>
  upTo(count)
    .map((index) => `    let ${name}${index} = ${text(4 * index)};`)
    .join('\n');

/** The left blocks of four invocations with the same rows, by one load each. */
const QUAD_BLOCKS = `    let own = left_block(left_base, row + 4 * (lane % 4), inner, end);
${declarations(
  'a',
  4,
  (row) =>
    `mat4x4<f32>(${upTo(4)
      .map((i) => `quadBroadcast(own[${i}], ${row / 4})`)
      .join(', ')})`,
)}`;

const registerLoop = (tile: Tile, hasQuads: boolean) => {
  const [rowBlocks, columnBlocks] = [upTo(tile.rows / 4), upTo(tile.quads)];
  const loads = declarations(
    'a',
    rowBlocks.length,
    (row) => `left_block(left_base, row + ${row}, inner, end)`,
  );
  return `
  for (var inner = first; inner < end; inner += 4) {
${hasQuads ? QUAD_BLOCKS : loads}
${declarations('b', columnBlocks.length, (column) => `right_block(right_base, column + ${column}, inner, end)`)}
${upTo(4)
  .map((i) =>
    accumulateText(
      tile,
      rowBlocks.map((index) => `a${index}[${i}]`),
      columnBlocks.map((index) => `b${index}[${i}]`),
    ),
  )
  .join('\n')}
  }`;
};

/** The workgroup memory that the loop of a tile uses. */
export function tileMemoryText({ isShared }: Tile): string {
  return isShared
    ? 'var<workgroup> left_tile: array<vec4<f32>, 256>;\nvar<workgroup> right_tile: array<vec4<f32>, 256>;'
    : '';
}

/**
 * Adds `left_block` times `right_block` from `first` to `end` to the accumulators. It reads left_base, right_base, tile_row,
 * tile_column, row, column, local and lane; `contiguous` is the axis along which neighbouring invocations load.
 */
export function tileLoopText(tile: Tile, left: Contiguous, right: Contiguous, hasQuads = false): string {
  return tile.isShared ? sharedLoop(left, right) : registerLoop(tile, hasQuads);
}

const BIAS_TEXT = `
@group(0) @binding(3) var<storage, read> bias: array<f32>;

fn bias_at(column: u32) -> vec4<f32> {
  let at = min(vec4(column) + vec4(0, 1, 2, 3), vec4(COLUMNS - 1));
  return vec4(bias[at.x], bias[at.y], bias[at.z], bias[at.w]);
}
`;

/** Overrides and bindings of a pair, whose `up` may lie at any strides. */
const pairText = (index: number, binding: number) => `
override PAIR_${index}_OFFSET: u32;
override PAIR_${index}_SPAN: u32;
override PAIR_${index}_RANK: u32;
override PAIR_${index}_COLUMN_STRIDE: u32;
override PAIR_${index}_RANK_STRIDE: u32;
@group(0) @binding(${binding}) var<storage, read> down_${index}: array<f32>;
@group(0) @binding(${binding + 1}) var<storage, read> up_${index}: array<f32>;

// Four rows of column r of down, and four columns of row r of up: zero where the pair has none.
fn down_${index}_at(row: u32, r: u32) -> vec4<f32> {
  let rows = min(vec4(row) + vec4(0, 1, 2, 3), vec4(ROWS - 1)) * PAIR_${index}_RANK + r;
  return vec4(down_${index}[rows.x], down_${index}[rows.y], down_${index}[rows.z], down_${index}[rows.w]);
}
fn up_${index}_at(column: u32, r: u32) -> vec4<f32> {
  // Columns before the pair wrap round to numbers beyond its span.
  let columns = vec4(column - PAIR_${index}_OFFSET) + vec4(0, 1, 2, 3);
  let at = min(columns, vec4(PAIR_${index}_SPAN - 1)) * PAIR_${index}_COLUMN_STRIDE + r * PAIR_${index}_RANK_STRIDE;
  let values = vec4(up_${index}[at.x], up_${index}[at.y], up_${index}[at.z], up_${index}[at.w]);
  return select(vec4<f32>(), values, columns < vec4(PAIR_${index}_SPAN));
}
`;

/** Adds a pair to the tile, by one row of up after the other. */
const pairLoop = (index: number, tile: Tile) => `
  for (var r = 0u; r < PAIR_${index}_RANK; r++) {
${declarations('a', tile.rows / 4, (row) => `down_${index}_at(row + ${row}, r)`)}
${declarations('b', tile.quads, (column) => `up_${index}_at(column + ${column}, r)`)}
${accumulateText(
  tile,
  upTo(tile.rows / 4).map((block) => `a${block}`),
  upTo(tile.quads).map((quad) => `b${quad}`),
)}
  }`;

/** Writes those elements of the tile that lie within the result. */
function storeText(tile: Tile, isOutVectorised: boolean): string {
  const vectorText = (row: number, quad: number) =>
    isOutVectorised
      ? `    if (column + ${4 * quad} < COLUMNS) { out[(at + ${4 * quad}) / 4] = ${accumulator(row, quad)}; }`
      : LANES.map(
          (lane, i) =>
            `    if (column + ${4 * quad + i} < COLUMNS) { out[at + ${4 * quad + i}] = ${accumulator(row, quad)}.${lane}; }`,
        ).join('\n');
  return upTo(tile.rows)
    .map(
      (row) => `  if (row + ${row} < ROWS) {
    let at = base + (row + ${row}) * COLUMNS + column;
${upTo(tile.quads)
  .map((quad) => vectorText(row, quad))
  .join('\n')}
  }`,
    )
    .join('\n');
}

/** The kernel's text. Bindings: left, right, out, then the bias, then down and up of each pair. */
export function matrixProductText(text: ProductText): string {
  const { tile, left, right, isOutVectorised, hasQuads, hasBias, pairCount } = text;
  const firstPair = hasBias ? 4 : 3;
  return `${hasQuads ? 'enable subgroups;\n' : ''}override ROWS: u32;
override COLUMNS: u32;
override INNER: u32;
// Parts of INNER that are multiples of a tile's depth: part p of batch b is written to out[p,b].
override BATCHES: u32;
override PART: u32;
${factorText('left', 0, left)}
${factorText('right', 1, right)}
@group(0) @binding(2) var<storage, read_write> out: array<${elementType(isOutVectorised)}>;
${upTo(pairCount)
  .map((index) => pairText(index, firstPair + 2 * index))
  .join('')}
${tileMemoryText(tile)}
${hasBias ? BIAS_TEXT : ''}
override WIDTH: u32;
override HEIGHT: u32;

@compute @workgroup_size(WIDTH, HEIGHT)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let batch = group.z % BATCHES;
  let first = group.z / BATCHES * PART;
  let end = min(first + PART, INNER);
  let tile_row = group.y * ${tile.rows} * HEIGHT;
  let tile_column = group.x * ${4 * tile.quads} * WIDTH;
  let row = tile_row + local.y * ${tile.rows};
  let column = tile_column + local.x * ${4 * tile.quads};
  let left_base = LEFT_START + batch * LEFT_BATCH;
  let right_base = RIGHT_START + batch * RIGHT_BATCH;
${hasBias ? declarations('bias_', tile.quads, (column) => `bias_at(column + ${column})`) : ''}
${forEachVector(tile, (row, quad) => `  var ${accumulator(row, quad)} = ${hasBias ? `bias_${quad}` : 'vec4<f32>()'};`)}
${tileLoopText(tile, left.contiguous, right.contiguous, hasQuads)}
${upTo(pairCount)
  .map((index) => pairLoop(index, tile))
  .join('')}
  let base = group.z * ROWS * COLUMNS;
${storeText(tile, isOutVectorised)}
}
`;
}
