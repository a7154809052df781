/** A classifier of groups on a pooled map, behind a reversal of its gradient: the adversary of fair representations. */
import { invariant } from '../../core/errors.ts';
import type { Graph, Node, Value } from '../graph/graph.ts';
import type { Dimension } from '../graph/shape.ts';

/** The output of a graph with a classifier, and the layer whose weight and bias are its parameters. */
export const GROUP_LOGITS = 'group_logits';
export const GROUP_CLASSIFIER = 'group_classifier';

export interface GroupClassifier {
  /** Output of the graph with the map [N,C,h,w] whose mean over the pixels is classified. */
  readonly from: string;
  readonly groupCount: number;
  /** What the gradient is multiplied by, with its sign turned, where it enters the map. */
  readonly reversalScale: number;
}

/**
 * The graph with a linear classifier: output `group_logits [N,G]`, parameters `group_classifier.weight [G,C]` and `.bias [G]`.
 * Source: Ganin and Lempitsky, "Unsupervised domain adaptation by backpropagation", 2015.
 */
export function withGroupClassifier(
  graph: Graph,
  { from, groupCount, reversalScale }: GroupClassifier,
): Graph {
  const value = graph.outputs.find(({ name }) => name === from)?.value;
  const map = [...graph.inputs, ...graph.nodes].find(({ name }) => name === value);
  invariant(map?.shape.length === 4, `'${graph.name}' has no output '${from}' that is a map`);
  const [n, channels] = map.shape as [Dimension, number];
  const weight: Value = { name: `${GROUP_CLASSIFIER}.weight`, shape: [groupCount, channels] };
  const bias: Value = { name: `${GROUP_CLASSIFIER}.bias`, shape: [groupCount] };
  const [mean, pooled, reversed] = ['mean', 'pooled', 'reversed'].map(
    (part) => `${GROUP_CLASSIFIER}.${part}`,
  ) as [string, string, string];
  const nodes: readonly Node[] = [
    {
      kind: 'reduce',
      name: mean,
      inputs: [map.name],
      attributes: { function: 'mean', axes: [2, 3] },
      shape: [n, channels, 1, 1],
    },
    {
      kind: 'reshape',
      name: pooled,
      inputs: [mean],
      attributes: { shape: [n, channels] },
      shape: [n, channels],
    },
    {
      kind: 'reverseGradient',
      name: reversed,
      inputs: [pooled],
      attributes: { scale: reversalScale },
      shape: [n, channels],
    },
    {
      kind: 'linear',
      name: GROUP_CLASSIFIER,
      inputs: [reversed, weight.name, bias.name],
      attributes: { bias: true, adapters: [] },
      shape: [n, groupCount],
    },
  ];
  return {
    ...graph,
    parameters: [...graph.parameters, weight, bias],
    nodes: [...graph.nodes, ...nodes],
    outputs: [...graph.outputs, { name: GROUP_LOGITS, value: GROUP_CLASSIFIER }],
  };
}
