/** Puts low-rank adapters into the weights that they adapt, for a model that is to be used as it is and not trained on. */
import { invariant } from '../../core/errors.ts';
import type { Graph, NodeOf } from '../graph/graph.ts';
import { type DerivedWeight, type WeightRewrite, withNodes } from './derived-weights.ts';

/** weight [O,I] with B A added to the rows that each pair A [R,I], B [S,R] adapts, summed in f64. */
function mergeAdapters(
  offsets: readonly number[],
  inputCount: number,
  [weight, ...pairs]: readonly Float32Array[],
): Float32Array {
  const merged = (weight as Float32Array).slice();
  for (const [index, offset] of offsets.entries()) {
    const [a, b] = pairs.slice(2 * index, 2 * index + 2) as [Float32Array, Float32Array];
    const rank = a.length / inputCount;
    for (let row = 0; row < b.length / rank; row++) {
      for (let column = 0; column < inputCount; column++) {
        const at = (offset + row) * inputCount + column;
        let sum = merged[at] as number;
        for (let r = 0; r < rank; r++) {
          sum += (b[row * rank + r] as number) * (a[r * inputCount + column] as number);
        }
        merged[at] = sum;
      }
    }
  }
  return merged;
}

/** The graph without adapters: an adapted linear layer has the parameter `<name>.merged-weight`. */
export function mergeLora(graph: Graph): WeightRewrite {
  const shapes = new Map(graph.parameters.map(({ name, shape }) => [name, shape]));
  const derived: DerivedWeight[] = [];
  const merge = (node: NodeOf<'linear'>): NodeOf<'linear'> => {
    const { adapters, bias } = node.attributes;
    const [x = '', weight = ''] = node.inputs;
    const plainCount = bias ? 3 : 2;
    const pairs = node.inputs.slice(plainCount);
    const shape = shapes.get(weight);
    invariant(shape !== undefined, `the weight of '${node.name}' is no parameter of '${graph.name}'`);
    const name = `${node.name}.merged-weight`;
    derived.push({
      name,
      shape,
      from: [weight, ...pairs],
      derive: (values) => mergeAdapters(adapters, Number(shape[1]), values),
    });
    return {
      ...node,
      inputs: [x, name, ...node.inputs.slice(2, plainCount)],
      attributes: { bias, adapters: [] },
    };
  };
  const nodes = graph.nodes.map((node) =>
    node.kind === 'linear' && node.attributes.adapters.length > 0 ? merge(node) : node,
  );
  return { graph: withNodes(graph, nodes, derived), derived };
}
