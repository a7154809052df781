/** The operations on tokens as ONNX operators. */
import type { TokenOperations } from '../../graph/ops.ts';
import type { Shape } from '../../graph/shape.ts';
import { emitAttention, emitHeads } from './attention.ts';
import type { Emitter, OnnxRule } from './emitter.ts';
import { lowerGridAttention } from './grid-attention.ts';

/** Side of the square blocks that are turned round one after another: rows and columns of one fit a processor's first cache. */
const BLOCK = 32;

function transposed(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let top = 0; top < rows; top += BLOCK) {
    const bottom = Math.min(top + BLOCK, rows);
    for (let left = 0; left < columns; left += BLOCK) {
      const right = Math.min(left + BLOCK, columns);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          out[column * rows + row] = values[row * columns + column] as number;
        }
      }
    }
  }
  return out;
}

/** The name of a matrix [rows, columns] turned round: stored so when it is a weight, else turned when the model runs. */
function transposeMatrix(emitter: Emitter, name: string, shape: Shape, result: string): string {
  const [rows, columns] = shape as [number, number];
  if (emitter.isParameter(name)) {
    return emitter.derive(
      name,
      'transposed',
      [columns, rows],
      (values) => transposed(values, rows, columns),
      (values) => transposed(values, columns, rows),
    );
  }
  emitter.emit('Transpose', [name], result, { perm: [1, 0] });
  return result;
}

/**
 * Emits the sum of B(A x) over all pairs of adapters as one product with all A and one with all B, each in its own
 * columns: two small products in place of two for each pair and a sum of slices.
 */
function emitAdapters(
  emitter: Emitter,
  name: string,
  x: string,
  pairs: readonly {
    readonly a: string;
    readonly b: string;
    readonly offset: number;
    readonly span: number;
  }[],
  outputCount: number,
): string {
  const columns = pairs.map(({ b, offset, span }, index) => {
    const padded = `${name}.b-${index}`;
    const pads = emitter.intsConstant(`${padded}.pads`, [offset, 0, outputCount - offset - span, 0]);
    emitter.emit('Pad', [b, pads], padded);
    return padded;
  });
  const join = (parts: readonly string[], axis: number, joined: string) => {
    if (parts.length === 1) return parts[0] as string;
    emitter.emit('Concat', parts, joined, { axis });
    return joined;
  };
  const a = join(
    pairs.map((pair) => pair.a),
    0,
    `${name}.a`,
  );
  emitter.emit('Transpose', [a], `${name}.a-transposed`, { perm: [1, 0] });
  emitter.emit('Transpose', [join(columns, 1, `${name}.b`)], `${name}.b-transposed`, { perm: [1, 0] });
  emitter.emit('MatMul', [x, `${name}.a-transposed`], `${name}.down`);
  emitter.emit('MatMul', [`${name}.down`, `${name}.b-transposed`], `${name}.up`);
  return `${name}.up`;
}

export const tokenRules: { readonly [K in keyof TokenOperations]: OnnxRule<K> } = {
  linear(emitter, { inputs, name, attributes: { bias, adapters } }, inputShapes) {
    const [x, weight] = inputs as [string, string];
    const [outputCount] = inputShapes[1] as [number, number];
    const turned = transposeMatrix(emitter, weight, inputShapes[1] as Shape, `${name}.turned`);
    const product = bias || adapters.length > 0 ? `${name}.product` : name;
    emitter.emit('MatMul', [x, turned], product);
    const biased = adapters.length > 0 ? `${name}.biased` : name;
    if (bias) emitter.emit('Add', [product, inputs[2] as string], biased);
    if (adapters.length === 0) return;
    const first = bias ? 3 : 2;
    const pairs = adapters.map((offset, index) => ({
      a: inputs[first + 2 * index] as string,
      b: inputs[first + 2 * index + 1] as string,
      offset,
      span: inputShapes[first + 2 * index + 1]?.[0] as number,
    }));
    const adapted = emitAdapters(emitter, name, x, pairs, outputCount);
    emitter.emit('Add', [bias ? biased : product, adapted], name);
  },
  layerNorm(emitter, { inputs, name, attributes: { axis, epsilon } }, inputShapes) {
    const [x, scale, shift] = inputs as [string, string, string];
    const rank = inputShapes[0]?.length ?? 0;
    const attributes = { axis: -1, epsilon: { float: epsilon } };
    // One operator, for WebGPU: in nine small ones it took three times as long there (lavapipe). On WebAssembly it is the
    // slower by 2 ms of 1,024 tokens, half a percent of an image of SAMed ViT-B: not worth a graph for each provider.
    if (axis === rank - 1) {
      emitter.emit('LayerNormalization', inputs, name, attributes);
      return;
    }
    const others = Array.from({ length: rank }, (_, at) => at).filter((at) => at !== axis);
    const order = [...others, axis];
    emitter.emit('Transpose', [x], `${name}.last`, { perm: order });
    emitter.emit('LayerNormalization', [`${name}.last`, scale, shift], `${name}.normalised`, attributes);
    emitter.emit('Transpose', [`${name}.normalised`], name, {
      perm: order.map((_, at) => order.indexOf(at)),
    });
  },
  attention(emitter, { inputs, name, attributes: { heads } }, inputShapes) {
    const [q, k, v] = inputs as [string, string, string];
    const [, queries, channels] = inputShapes[0] as [unknown, number, number];
    const keys = inputShapes[1]?.[1] as number;
    const sizes = { queries, keys, heads, width: channels / heads, count: 1 };
    const split = emitHeads(emitter, q, `${name}.queries`, queries, sizes);
    emitAttention(emitter, name, name, { q: split, k, v }, sizes);
  },
  gridAttention: lowerGridAttention,
  matmul(emitter, { inputs, name }) {
    emitter.emit('MatMul', inputs, name);
  },
};
