/**
 * The gradient of a network's loss as a rewrite: forward, loss and gradient operations in one training graph. Only what the
 * trainable parameters need is in it; memory and kernels are the planner's.
 */
import { WorkbenchError } from '../../core/errors.ts';
import type { ForwardKind, TrainingOperations } from '../graph/gradient-ops.ts';
import type { Graph, NodeOf, Value } from '../graph/graph.ts';
import type { Shape } from '../graph/shape.ts';
import type { ParameterGradient, StateUpdate, TrainingGraph } from '../graph/training-graph.ts';
import { verifyGraph } from '../graph/verify.ts';
import { elementRules } from './differentiate/elements.ts';
import { addLoss, type Loss, SAMPLE_WEIGHT_INPUT } from './differentiate/loss.ts';
import { batchNormGradients, mapRules } from './differentiate/maps.ts';
import { at, type GradientRule, type InputGradient } from './differentiate/rule.ts';
import { createTape, type TrainingTape } from './differentiate/tape.ts';
import { tokenRules } from './differentiate/tokens.ts';

const gradientRules: { readonly [K in ForwardKind]: GradientRule<K> } = {
  ...mapRules,
  ...elementRules,
  ...tokenRules,
};

export interface DifferentiateSettings {
  readonly loss: Loss;
  /** Names of the parameters, or inputs, whose gradients are wanted. One that the loss does not depend on gets none. */
  readonly trainable: ReadonlySet<string>;
  /** How much of the batch's statistics enters the running ones of each batch norm. */
  readonly batchNormMomentum: number;
}

/** A node on the tape and how to differentiate it. */
interface Taped {
  readonly result: Value;
  readonly inputs: readonly Value[];
  readonly gradientsOf: (dOut: Value) => readonly (InputGradient | undefined)[];
}

/** Writes the forward part. Batch norms take their form for training; `updates` collects their running statistics. */
function tapeForward(
  tape: TrainingTape,
  graph: Graph,
  momentum: number,
  sampleWeight: (batch: Shape) => Value,
  updates: StateUpdate[],
): Taped[] {
  function tapeBatchNorm({ name, inputs: names, attributes }: NodeOf<'batchNorm'>): Taped {
    const inputs = names.map((input) => tape.value(input));
    const [x, scale] = [at(inputs, 0), at(inputs, 1)];
    const weight = sampleWeight([x.shape[0]] as Shape);
    const results = tape.add(
      'batchNormTraining',
      [name, ...['mean', 'rstd', 'nextMean', 'nextVariance'].map((role) => `${name}.${role}`)],
      [...inputs, weight],
      { ...attributes, momentum },
    );
    updates.push(
      { state: at(inputs, 3).name, value: at(results, 3).name },
      { state: at(inputs, 4).name, value: at(results, 4).name },
    );
    return {
      result: at(results, 0),
      inputs,
      gradientsOf: (dOut) => batchNormGradients(tape, name, [x, scale, weight], results.slice(1, 3), dOut),
    };
  }
  function tapeNode<K extends ForwardKind>(node: NodeOf<K>): Taped {
    const inputs = node.inputs.map((input) => tape.value(input));
    const { kind, name, attributes } = node;
    // The attributes of a forward kind are the same in both tables, which the compiler does not see for a generic kind.
    const result = tape.op(kind, name, inputs, attributes as TrainingOperations[K]);
    const statistics = () => tape.statistics(name);
    const differentiated = { name, inputs, attributes, result, statistics };
    return { result, inputs, gradientsOf: (dOut) => gradientRules[kind](tape, differentiated, dOut) };
  }
  return graph.nodes.map((node) => (node.kind === 'batchNorm' ? tapeBatchNorm(node) : tapeNode(node)));
}

/** Walks the nodes back from the seeds and adds the gradients of all values that need one. */
function tapeBackward(
  tape: TrainingTape,
  nodes: readonly Taped[],
  seeds: readonly { readonly value: Value; readonly gradient: Value }[],
  trainable: ReadonlySet<string>,
): Map<string, Value> {
  const needed = new Set(trainable);
  for (const { inputs, result } of nodes) {
    if (inputs.some(({ name }) => needed.has(name))) needed.add(result.name);
  }
  const terms = new Map<string, Value[]>();
  const contribute = (name: string, gradient: Value) => {
    terms.set(name, [...(terms.get(name) ?? []), gradient]);
  };
  const total = (name: string): Value | undefined =>
    terms
      .get(name)
      ?.reduce((sum, term, index) =>
        tape.op('binary', `${name}.gradient${index}`, [sum, term], { function: 'add' }),
      );

  for (const { value, gradient } of seeds) contribute(value.name, gradient);
  for (const { result, inputs, gradientsOf } of nodes.toReversed()) {
    if (!needed.has(result.name)) continue;
    const dOut = total(result.name);
    if (dOut === undefined) continue;
    const gradients = gradientsOf(dOut);
    for (const [index, { name }] of inputs.entries()) {
      const gradient = gradients[index];
      if (gradient !== undefined && needed.has(name)) contribute(name, gradient());
    }
  }
  return new Map(
    [...trainable].flatMap((name): [string, Value][] => {
      const gradient = total(name);
      return gradient === undefined ? [] : [[name, gradient]];
    }),
  );
}

/**
 * The training graph of a network: its forward part as far as the loss needs it, the loss, and the gradient of every trainable
 * parameter that the loss depends on. Inputs beside the network's: `label`, `group`, `sampleWeight`, and with GroupDRO
 * `groupWeight`, as the loss needs them.
 * Errors: `graph/*` when the graph does not verify; `graph/unknown-value` for an unknown output or trainable name.
 * Source: reverse accumulation, Griewank and Walther, "Evaluating Derivatives", 2nd edition, chapter 3.
 */
export function differentiate(
  graph: Graph,
  { loss, trainable, batchNormMomentum }: DifferentiateSettings,
): TrainingGraph {
  verifyGraph(graph);
  const tape = createTape(graph.name);
  for (const { name, shape } of graph.inputs) tape.input(name, shape);
  for (const { name, shape } of graph.parameters) tape.parameter(name, shape);
  for (const name of trainable) tape.value(name);

  let weight: Value | undefined;
  const sampleWeight = (batch: Shape) => (weight ??= tape.input(SAMPLE_WEIGHT_INPUT, batch));
  const updates: StateUpdate[] = [];
  const nodes = tapeForward(tape, graph, batchNormMomentum, sampleWeight, updates);
  const valueOf = (output: string): Value => {
    const found = graph.outputs.find(({ name }) => name === output);
    if (found === undefined) {
      throw new WorkbenchError('graph/unknown-value', `'${graph.name}' has no output called '${output}'.`);
    }
    return tape.value(found.value);
  };
  const added = addLoss(tape, loss, valueOf, sampleWeight);

  tape.beginBackward();
  const gradients = tapeBackward(tape, nodes, added.addSeeds(), trainable);
  return tape.finish({
    outputs: added.outputs,
    gradients: [...gradients].map(([parameter, { name }]): ParameterGradient => ({ parameter, value: name })),
    updates: [...updates, ...added.updates],
  });
}
