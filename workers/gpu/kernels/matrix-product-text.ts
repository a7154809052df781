/**
 * The text of the matrix-product family: out = left right of each batch, [ROWS,INNER] by [INNER,COLUMNS], whichever of its two
 * axes each factor is contiguous along (NN, NT, TN), with a bias and skinny products added before the one store.
 *
 * An invocation owns 8 by 8 elements of the result in sixteen named vectors: an indexed array would leave the registers on many
 * adapters. It goes along INNER in blocks of four, whatever a factor's layout is: a block is a matrix of 4 by 4, turned round
 * while it is loaded where need be. A workgroup is 8 by 8 invocations, its tile 64 by 64; without workgroup memory it may be
 * WIDTH by HEIGHT for results that are all but a line.
 * - 'shared': the workgroup loads tiles of depth 16 into 8 KiB of workgroup memory, one block of each factor an invocation, and
 *   two barriers stand around each tile;
 * - 'registers': each invocation loads its own blocks, for adapters whose workgroup memory is memory like any other.
 * Indices beyond a matrix are clamped and what lies beyond INNER counts as zero: no size must divide a tile.
 */

/** The axis along which a factor's elements are neighbours. */
export type Contiguous = 'inner' | 'outer';

export interface FactorText {
  readonly contiguous: Contiguous;
  /** Whether it can be read four elements at a time. */
  readonly isVectorised: boolean;
}

export interface ProductText {
  readonly tiling: 'shared' | 'registers';
  readonly left: FactorText;
  readonly right: FactorText;
  /** Whether the result can be written four elements at a time. */
  readonly isOutVectorised: boolean;
  readonly hasBias: boolean;
  readonly pairCount: number;
}

/** Rows and columns of a workgroup's tile. */
export const TILE_SIDE = 64;
/** Elements of INNER that a tile holds: a part of a split product must be a multiple. */
export const TILE_DEPTH = 16;

const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];
const LANES = ['x', 'y', 'z', 'w'];

const elementType = (isVectorised: boolean) => (isVectorised ? 'vec4<f32>' : 'f32');

/** Overrides and `NAME_block(outer, inner)`: column i holds four outer elements at inner position `inner + i`. */
function factorText(
  name: 'left' | 'right',
  binding: number,
  { contiguous, isVectorised }: FactorText,
): string {
  const [upper, count] = [name.toUpperCase(), name === 'left' ? 'ROWS' : 'COLUMNS'];
  // `fixed` is the position along the axis that is not contiguous.
  const load = (fixed: string, run: string, end: string) =>
    isVectorised
      ? `${name}[(base + ${fixed} * ${upper}_STRIDE + min(${run}, ${end} - 4)) / 4]`
      : `vec4(${LANES.map((_, i) => `${name}[base + ${fixed} * ${upper}_STRIDE + min(${run} + ${i}, ${end} - 1)]`).join(', ')})`;
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
@group(0) @binding(${binding}) var<storage, read> ${name}: array<${elementType(isVectorised)}>;
${contiguous === 'inner' ? ofInner : ofOuter}`;
}

/** Adds four inner positions: `a` are the blocks of rows 0 to 3 and 4 to 7, `b` those of columns. */
function accumulateText(rowBlocks: readonly string[], columnBlocks: readonly string[]): string {
  return EIGHT.flatMap((row) =>
    [0, 1].map(
      (half) => `    c${row}${half} += ${rowBlocks[row >> 2]}.${LANES[row % 4]} * ${columnBlocks[half]};`,
    ),
  ).join('\n');
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
${accumulateText([`a${i}0`, `a${i}1`], [`b${i}0`, `b${i}1`])}`,
  )
  .join('\n')}
    }
  }`;
};

const registerLoop = `
  for (var inner = first; inner < end; inner += 4) {
    let a0 = left_block(left_base, row, inner, end);
    let a1 = left_block(left_base, row + 4, inner, end);
    let b0 = right_block(right_base, column, inner, end);
    let b1 = right_block(right_base, column + 4, inner, end);
${[0, 1, 2, 3].map((i) => accumulateText([`a0[${i}]`, `a1[${i}]`], [`b0[${i}]`, `b1[${i}]`])).join('\n')}
  }`;

/** The workgroup memory that the loop of a tile uses. */
export function tileMemoryText(tiling: ProductText['tiling']): string {
  return tiling === 'shared'
    ? 'var<workgroup> left_tile: array<vec4<f32>, 256>;\nvar<workgroup> right_tile: array<vec4<f32>, 256>;'
    : '';
}

/**
 * Adds `left_block` times `right_block` from `first` to `end` to the accumulators c00 to c71 (row, half of the columns). It reads
 * left_base, right_base, tile_row, tile_column, row, column, local and lane; `contiguous` is the axis along which neighbouring
 * invocations load.
 */
export function tileLoopText(tiling: ProductText['tiling'], left: Contiguous, right: Contiguous): string {
  return tiling === 'shared' ? sharedLoop(left, right) : registerLoop;
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

/** Adds a pair to the eight by eight elements, by one row of up after the other. */
const pairLoop = (index: number) => `
  for (var r = 0u; r < PAIR_${index}_RANK; r++) {
    let a0 = down_${index}_at(row, r);
    let a1 = down_${index}_at(row + 4, r);
    let b0 = up_${index}_at(column, r);
    let b1 = up_${index}_at(column + 4, r);
${accumulateText(['a0', 'a1'], ['b0', 'b1'])}
  }`;

/** Writes the eight by eight elements that lie within the result. */
function storeText(isOutVectorised: boolean): string {
  const rowText = (r: number) =>
    [0, 1].map((half) =>
      isOutVectorised
        ? `    if (column + ${4 * half} < COLUMNS) { out[(at + ${4 * half}) / 4] = c${r}${half}; }`
        : LANES.map(
            (lane, i) =>
              `    if (column + ${4 * half + i} < COLUMNS) { out[at + ${4 * half + i}] = c${r}${half}.${lane}; }`,
          ).join('\n'),
    );
  return EIGHT.map(
    (r) => `  if (row + ${r} < ROWS) {
    let at = base + (row + ${r}) * COLUMNS + column;
${rowText(r).join('\n')}
  }`,
  ).join('\n');
}

/** The kernel's text. Bindings: left, right, out, then the bias, then down and up of each pair. */
export function matrixProductText(text: ProductText): string {
  const { tiling, left, right, isOutVectorised, hasBias, pairCount } = text;
  const firstPair = hasBias ? 4 : 3;
  return `override ROWS: u32;
override COLUMNS: u32;
override INNER: u32;
// Parts of INNER that are multiples of a tile's depth: part p of batch b is written to out[p,b].
override BATCHES: u32;
override PART: u32;
${factorText('left', 0, left)}
${factorText('right', 1, right)}
@group(0) @binding(2) var<storage, read_write> out: array<${elementType(isOutVectorised)}>;
${Array.from({ length: pairCount }, (_, index) => pairText(index, firstPair + 2 * index)).join('')}
${tileMemoryText(tiling)}
${hasBias ? BIAS_TEXT : ''}
override WIDTH: u32 = 8;
override HEIGHT: u32 = 8;

@compute @workgroup_size(WIDTH, HEIGHT)
fn main(
  @builtin(workgroup_id) tile: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let batch = tile.z % BATCHES;
  let first = tile.z / BATCHES * PART;
  let end = min(first + PART, INNER);
  let tile_row = tile.y * 8 * HEIGHT;
  let tile_column = tile.x * 8 * WIDTH;
  let row = tile_row + local.y * 8;
  let column = tile_column + local.x * 8;
  let left_base = LEFT_START + batch * LEFT_BATCH;
  let right_base = RIGHT_START + batch * RIGHT_BATCH;
${hasBias ? '  let bias_0 = bias_at(column);\n  let bias_1 = bias_at(column + 4);' : ''}
${EIGHT.flatMap((r) => [0, 1].map((half) => `  var c${r}${half} = ${hasBias ? `bias_${half}` : 'vec4<f32>()'};`)).join('\n')}
${tileLoopText(tiling, left.contiguous, right.contiguous)}
${Array.from({ length: pairCount }, (_, index) => pairLoop(index)).join('')}
  let base = tile.z * ROWS * COLUMNS;
${storeText(isOutVectorised)}
}
`;
}
