/** What the encoder and the decoder of a SAM are made of: layers whose parameters lie under the layer's name. */
import type { GraphBuilder } from '../graph/builder.ts';
import type { BinaryFunction, UnaryFunction } from '../graph/ops.ts';
import type { Value } from '../graph/graph.ts';

/** Shorthand over a builder. The features of tokens lie on the last axis. */
export function createLayers(graph: GraphBuilder) {
  const sizeOf = (x: Value, axis: number) => x.shape.at(axis) as number;
  const combine = (how: BinaryFunction) => (name: string, a: Value, b: Value) =>
    graph.op('binary', name, [a, b], { function: how });

  return {
    add: combine('add'),
    apply: (name: string, x: Value, how: UnaryFunction) => graph.op('unary', name, [x], { function: how }),
    linear: (name: string, x: Value, outputCount: number): Value => {
      const weight = graph.parameter(`${name}.weight`, [outputCount, sizeOf(x, -1)]);
      const bias = graph.parameter(`${name}.bias`, [outputCount]);
      return graph.op('linear', name, [x, weight, bias], { bias: true, adapters: [] });
    },
    /** Normalises along `axis`: the last for tokens, 1 for maps. */
    norm: (name: string, x: Value, axis: number, epsilon: number): Value => {
      const scale = graph.parameter(`${name}.weight`, [sizeOf(x, axis)]);
      const shift = graph.parameter(`${name}.bias`, [sizeOf(x, axis)]);
      return graph.op('layerNorm', name, [x, scale, shift], { axis, epsilon });
    },
    conv: (name: string, x: Value, outputCount: number, size: number, padding: number): Value => {
      const weight = graph.parameter(`${name}.weight`, [outputCount, sizeOf(x, 1), size, size]);
      return graph.op('conv2d', name, [x, weight], { stride: 1, padding: [padding, padding] });
    },
    doubleSize: (name: string, x: Value, outputCount: number): Value => {
      const weight = graph.parameter(`${name}.weight`, [sizeOf(x, 1), outputCount, 2, 2]);
      const bias = graph.parameter(`${name}.bias`, [outputCount]);
      return graph.op('convTranspose2d', name, [x, weight, bias], { stride: 2 });
    },
  };
}

export type Layers = ReturnType<typeof createLayers>;
