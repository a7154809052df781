/** A training graph while it grows: shapes are inferred as operations are added, and what nothing reads is left out at the end. */
import { invariant, WorkbenchError } from '../../../core/errors.ts';
import type { TrainingKind, TrainingOperations } from '../../graph/gradient-ops.ts';
import { inferResults, isGradientKind } from '../../graph/gradient-ops/infer.ts';
import { statisticsOf } from '../../graph/gradient-ops/statistics.ts';
import type { Value } from '../../graph/graph.ts';
import type { Shape } from '../../graph/shape.ts';
import {
  nodeName,
  type TrainingGraph,
  type TrainingNode,
  type TrainingNodeOf,
} from '../../graph/training-graph.ts';
import { verifyTrainingGraph } from '../../graph/verify-training.ts';
import type { Tape } from './rule.ts';

export interface TrainingTape extends Tape {
  input(name: string, shape: Shape): Value;
  parameter(name: string, shape: Shape): Value;
  /** Errors: `graph/unknown-value`. */
  value(name: string): Value;
  /** The statistics of a forward node, which gives them from now on. */
  statistics(nodeName: string): readonly Value[];
  /** The nodes added from now on depend on gradients. */
  beginBackward(): void;
  /** Ends the graph: verified, and without what neither outputs, gradients nor updates need. */
  finish(results: Pick<TrainingGraph, 'outputs' | 'gradients' | 'updates'>): TrainingGraph;
}

/** The nodes that something reads, in their order; statistics that nothing reads are not given. */
function usedNodes(nodes: readonly TrainingNode[], used: Set<string>): TrainingNode[] {
  const kept: TrainingNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.results.some(({ name }) => used.has(name))) continue;
    for (const name of node.inputs) used.add(name);
    const isTrimmed =
      !isGradientKind(node.kind) && node.results.slice(1).every(({ name }) => !used.has(name));
    kept.push(isTrimmed ? { ...node, results: node.results.slice(0, 1) } : node);
  }
  return kept.toReversed();
}

/** An empty training graph to be filled. */
export function createTape(graphName: string): TrainingTape {
  const inputs: Value[] = [];
  const parameters: Value[] = [];
  const nodes: TrainingNode[] = [];
  const positions = new Map<string, number>();
  const values = new Map<string, Value>();
  let backwardStart: number | undefined;

  function define(defined: Value): Value {
    invariant(
      !values.has(defined.name),
      `two values of training graph '${graphName}' are called '${defined.name}'`,
    );
    values.set(defined.name, defined);
    return defined;
  }
  function value(name: string): Value {
    const found = values.get(name);
    if (found === undefined) {
      throw new WorkbenchError('graph/unknown-value', `'${graphName}' has no value called '${name}'.`);
    }
    return found;
  }
  function add<K extends TrainingKind>(
    kind: K,
    names: readonly string[],
    operands: readonly Value[],
    attributes: TrainingOperations[K],
  ): readonly Value[] {
    const [first = ''] = names;
    const shapes = inferResults(
      kind,
      first,
      operands.map(({ shape }) => shape),
      attributes,
    );
    // Of a forward operation only the value is named; its statistics come when they are asked for.
    invariant(
      names.length === (isGradientKind(kind) ? shapes.length : 1),
      `'${first}' (${kind}) has ${shapes.length} results, not ${names.length}`,
    );
    const results = names.map((name, index) => define({ name, shape: shapes[index] as Shape }));
    const node: TrainingNodeOf<K> = {
      kind,
      inputs: operands.map(({ name }) => name),
      attributes,
      results,
    };
    positions.set(first, nodes.length);
    // A generic node is one member of the union, which the compiler cannot see.
    nodes.push(node as unknown as TrainingNode);
    return results;
  }

  return {
    add,
    value,
    op: (kind, name, operands, attributes) => add(kind, [name], operands, attributes)[0] as Value,
    input(name, shape) {
      const input = define({ name, shape });
      inputs.push(input);
      return input;
    },
    parameter(name, shape) {
      const parameter = define({ name, shape });
      parameters.push(parameter);
      return parameter;
    },
    statistics(name) {
      const position = positions.get(name) ?? -1;
      const node = nodes[position];
      invariant(node !== undefined && !isGradientKind(node.kind), `'${name}' is no forward node`);
      if (node.results.length === 1) {
        const shapes = node.inputs.map((input) => value(input).shape);
        const statistics = Object.entries(statisticsOf(node.kind, shapes, node.attributes as never));
        const given = statistics.map(([role, shape]) => define({ name: `${name}.${role}`, shape }));
        nodes[position] = { ...node, results: [...node.results, ...given] };
      }
      return (nodes[position] as TrainingNode).results.slice(1);
    },
    beginBackward() {
      backwardStart = nodes.length;
    },
    finish({ outputs, gradients, updates }) {
      const used = new Set([...outputs, ...gradients, ...updates].map((result) => result.value));
      const kept = usedNodes(nodes, used);
      const training: TrainingGraph = {
        name: graphName,
        inputs: inputs.filter(({ name }) => used.has(name)),
        parameters: parameters.filter(({ name }) => used.has(name)),
        nodes: kept,
        forwardCount: kept.filter(
          (node) => (positions.get(nodeName(node)) ?? 0) < (backwardStart ?? nodes.length),
        ).length,
        outputs,
        gradients,
        updates,
      };
      verifyTrainingGraph(training);
      return training;
    },
  };
}
