/**
 * The vision transformers that Google publishes as `.npz`, under the names and in the layouts of TransUNet, which starts
 * from them. They hold an encoder: no decoder, and a classifier that is left out.
 * Source: `load_from` of github.com/Beckschen/TransUNet.
 */
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { cornerAligned, resizeGrid } from './resize-embedding.ts';
import { requireShape, type TensorView, unfitting, viewTensors } from './tensor-views.ts';

type Values = Float32Array<ArrayBuffer>;

const POSITIONS = 'Transformer/posembed_input/pos_embedding';
const CANONICAL_POSITIONS = 'transformer.embeddings.position_embeddings';

/** `[rows, columns]` to `[columns, rows]`. */
function transpose(values: Values, rows: number): Values {
  const columns = values.length / rows;
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column] as number;
    }
  }
  return result;
}

/** A part of a name here, what replaces it, and how the tensor's axes are read. */
type Rule = readonly [pattern: RegExp, replacement: string, layout: Layout];
/** `flat`: a vector; `conv`: height, width, in, out; `dense`: in, then all of out; `merge`: all of in, then out. */
type Layout = 'flat' | 'conv' | 'dense' | 'merge';

const ROOT = 'transformer.embeddings.hybrid_model.root';
const UNIT = 'transformer.embeddings.hybrid_model.body.$1.$2';
const LAYER = 'transformer.encoder.layer.$1';

const RULES: readonly Rule[] = [
  [/^embedding\/kernel$/, 'transformer.embeddings.patch_embeddings.weight', 'conv'],
  [/^embedding\/bias$/, 'transformer.embeddings.patch_embeddings.bias', 'flat'],
  [/^Transformer\/encoder_norm\/(scale|bias)$/, 'transformer.encoder.encoder_norm.$1', 'flat'],
  [/^Transformer\/encoderblock_(\d+)\/LayerNorm_0\/(scale|bias)$/, `${LAYER}.attention_norm.$2`, 'flat'],
  [/^Transformer\/encoderblock_(\d+)\/LayerNorm_2\/(scale|bias)$/, `${LAYER}.ffn_norm.$2`, 'flat'],
  [/^Transformer\/encoderblock_(\d+)\/MlpBlock_3\/Dense_0\/kernel$/, `${LAYER}.ffn.fc1.weight`, 'dense'],
  [/^Transformer\/encoderblock_(\d+)\/MlpBlock_3\/Dense_0\/bias$/, `${LAYER}.ffn.fc1.bias`, 'flat'],
  [/^Transformer\/encoderblock_(\d+)\/MlpBlock_3\/Dense_1\/kernel$/, `${LAYER}.ffn.fc2.weight`, 'dense'],
  [/^Transformer\/encoderblock_(\d+)\/MlpBlock_3\/Dense_1\/bias$/, `${LAYER}.ffn.fc2.bias`, 'flat'],
  [
    /^Transformer\/encoderblock_(\d+)\/MultiHeadDotProductAttention_1\/(query|key|value)\/kernel$/,
    `${LAYER}.attn.$2.weight`,
    'dense',
  ],
  [
    /^Transformer\/encoderblock_(\d+)\/MultiHeadDotProductAttention_1\/out\/kernel$/,
    `${LAYER}.attn.out.weight`,
    'merge',
  ],
  [
    /^Transformer\/encoderblock_(\d+)\/MultiHeadDotProductAttention_1\/(query|key|value|out)\/bias$/,
    `${LAYER}.attn.$2.bias`,
    'flat',
  ],
  [/^conv_root\/kernel$/, `${ROOT}.conv.weight`, 'conv'],
  [/^gn_root\/(scale|bias)$/, `${ROOT}.gn.$1`, 'flat'],
  [/^(block\d+)\/(unit\d+)\/(conv[123])\/kernel$/, `${UNIT}.$3.weight`, 'conv'],
  [/^(block\d+)\/(unit\d+)\/(gn[123]|gn_proj)\/(scale|bias)$/, `${UNIT}.$3.$4`, 'flat'],
  [/^(block\d+)\/(unit\d+)\/conv_proj\/kernel$/, `${UNIT}.downsample.weight`, 'conv'],
];

function product(sizes: readonly number[]): number {
  return sizes.reduce((result, size) => result * size, 1);
}

/** The shape in PyTorch's order of axes, and how to get there. */
function relayout(shape: readonly number[], layout: Layout): Pick<Required<TensorView>, 'shape' | 'convert'> {
  const first = shape[0] ?? 1;
  const last = shape.at(-1) ?? 1;
  const count = product(shape);
  switch (layout) {
    case 'conv': {
      const [height = 1, width = 1, inputs = 1, outputs = 1] = shape;
      // HWIO read as a matrix [H W, I O] and, for each transposed part, as [I, O].
      return {
        shape: [outputs, inputs, height, width],
        convert: (values) => transpose(transposeInner(values, height * width, inputs), height * width),
      };
    }
    case 'dense':
      return { shape: [count / first, first], convert: (values) => transpose(values, first) };
    case 'merge':
      return { shape: [last, count / last], convert: (values) => transpose(values, count / last) };
    default:
      return { shape: [count], convert: (values) => values };
  }
}

/** `[parts, rows, columns]` to `[parts, columns, rows]`. */
function transposeInner(values: Values, parts: number, rows: number): Values {
  const partLength = values.length / parts;
  const result = new Float32Array(values.length);
  for (let part = 0; part < parts; part++) {
    result.set(
      transpose(values.subarray(part * partLength, (part + 1) * partLength), rows),
      part * partLength,
    );
  }
  return result;
}

/** The side of a position embedding `[1, tokens, channels]`, which may begin with a class token. */
export function positionGrid(
  source: TensorSource,
  name = POSITIONS,
): { grid: number; hasClassToken: boolean; width: number } {
  const shape = requireShape(source, name, 3);
  const [, tokens = 0, width = 0] = shape;
  for (const hasClassToken of [true, false]) {
    const grid = Math.sqrt(tokens - (hasClassToken ? 1 : 0));
    if (Number.isInteger(grid) && grid > 0) return { grid, hasClassToken, width };
  }
  throw unfitting(name, shape, 'a square number of tokens, or one more');
}

function positionsView(source: TensorSource): TensorView {
  const { grid, hasClassToken, width } = positionGrid(source);
  return {
    name: CANONICAL_POSITIONS,
    from: POSITIONS,
    shape: [1, grid * grid, width],
    convert: (values) => (hasClassToken ? values.slice(width) : values),
  };
}

/** A checkpoint of Google's under TransUNet's names and in its layouts, at its own grid, without the class token. */
export function viewGoogleVit(source: TensorSource): TensorSource {
  const views = [positionsView(source)];
  for (const { name, shape } of source.tensors.values()) {
    const rule = RULES.find(([pattern]) => pattern.test(name));
    if (rule === undefined) continue;
    const [pattern, replacement, layout] = rule;
    const canonical = name.replace(pattern, replacement).replace(/\.scale$/, '.weight');
    views.push({ name: canonical, from: name, ...relayout(shape, layout) });
  }
  return viewTensors(source, views);
}

/**
 * TransUNet's tensors at another grid, as the published loading of pretrained weights resizes them: linearly, corners
 * aligned. Where rounding puts SciPy's last sample outside of the grid (never from the published grids of 7 and 14), SciPy
 * gives 0; here it is the edge.
 */
export function resizePositions(source: TensorSource, grid: number): TensorSource {
  const { grid: ownGrid, width } = positionGrid(source, CANONICAL_POSITIONS);
  const views = [...source.tensors.keys()].map((name): TensorView => {
    if (name !== CANONICAL_POSITIONS || grid === ownGrid) return { name, from: name };
    return {
      name,
      from: name,
      shape: [1, grid * grid, width],
      convert: (values) => resizeGrid(values, width, grid, cornerAligned),
    };
  });
  return viewTensors(source, views);
}
