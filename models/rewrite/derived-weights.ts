/**
 * Rewrites that change weights: the rewritten graph has new parameters, each with the rule that computes it from those of
 * the original graph. A rule needs a few tensors at a time, so that a model too large to hold is rewritten as it is read.
 */
import { invariant } from '../../core/errors.ts';
import type { Graph, Model, Node, Tensor, Value } from '../graph/graph.ts';
import { requireParam, requireTensor, type StreamedModel } from '../graph/params.ts';
import type { Shape } from '../graph/shape.ts';

/** A parameter that a rewrite adds, and how it comes from parameters of the original graph. */
export interface DerivedWeight {
  readonly name: string;
  readonly shape: Shape;
  /** Parameters of the original graph. */
  readonly from: readonly string[];
  /** The values from those of `from`, in order, which must be left as they are. Row-major, of `shape`. */
  readonly derive: (values: readonly Float32Array[]) => Float32Array;
}

/** A rewritten graph. A parameter that is not derived is the original's of the same name. */
export interface WeightRewrite {
  readonly graph: Graph;
  readonly derived: readonly DerivedWeight[];
}

/** The graph with other nodes and further parameters, without the parameters that no node and no output uses any more. */
export function withNodes(graph: Graph, nodes: readonly Node[], added: readonly Value[]): Graph {
  const used = new Set([
    ...nodes.flatMap(({ inputs }) => inputs),
    ...graph.outputs.map(({ value }) => value),
  ]);
  const parameters = [...graph.parameters, ...added.map(({ name, shape }) => ({ name, shape }))];
  return { ...graph, nodes, parameters: parameters.filter(({ name }) => used.has(name)) };
}

interface Rule {
  readonly originals: readonly Value[];
  readonly compute: (tensors: readonly Tensor[]) => Tensor;
}

/** What each parameter of a rewritten graph is computed from. */
function rulesOf(original: Graph, { derived }: WeightRewrite): (name: string) => Rule {
  const parameters = new Map(original.parameters.map((parameter) => [parameter.name, parameter]));
  const weights = new Map(derived.map((weight) => [weight.name, weight]));
  const requireOriginal = (name: string): Value => {
    const parameter = parameters.get(name);
    invariant(parameter !== undefined, `a rewrite of '${original.name}' needs '${name}', no parameter of it`);
    return parameter;
  };
  return (name) => {
    const weight = weights.get(name);
    if (weight === undefined) {
      return { originals: [requireOriginal(name)], compute: ([tensor]) => tensor as Tensor };
    }
    const { from, shape, derive } = weight;
    return {
      originals: from.map(requireOriginal),
      compute: (tensors) => ({ shape: shape.map(Number), data: derive(tensors.map(({ data }) => data)) }),
    };
  };
}

/**
 * A model whose weights are in memory, rewritten.
 * Errors: `graph/unknown-value` and `graph/shape-mismatch` when the weights are not those of the model's graph.
 */
export function rewriteModel({ graph, params }: Model, rewrite: (graph: Graph) => WeightRewrite): Model {
  const rewritten = rewrite(graph);
  const ruleOf = rulesOf(graph, rewritten);
  const rewrittenParams = rewritten.graph.parameters.map(({ name }): [string, Tensor] => {
    const { originals, compute } = ruleOf(name);
    return [name, compute(originals.map((parameter) => requireParam(params, parameter)))];
  });
  return { graph: rewritten.graph, params: new Map(rewrittenParams) };
}

/**
 * A model whose weights are read one at a time, rewritten: reading a derived weight reads what it comes from.
 * Errors: as `rewriteModel`, when a weight is read.
 */
export function rewriteStreamedModel(
  { graph, weights }: StreamedModel,
  rewrite: (graph: Graph) => WeightRewrite,
): StreamedModel {
  const rewritten = rewrite(graph);
  const ruleOf = rulesOf(graph, rewritten);
  return {
    graph: rewritten.graph,
    weights: {
      async read(name) {
        const { originals, compute } = ruleOf(name);
        const tensors: Tensor[] = [];
        for (const parameter of originals) {
          tensors.push(requireTensor(await weights.read(parameter.name), parameter));
        }
        return compute(tensors);
      },
    },
  };
}
