/** The actions of a step in their order, for a batching. */
import { accumulations } from './accumulation.ts';
import type { Action, Actions, DispatchAction } from './actions.ts';
import { type BatchValues, readBatchValues } from './batch-values.ts';
import { createBinding } from './bind.ts';
import { gradientsName, type Persistent } from './persistent.ts';
import type { Optimizer, PlanSettings } from './plan.ts';
import { ancestorsOf, type Batching, resultNames, type StepGraph, type StepNode } from './step-graph.ts';
import { reportAction, updateActions } from './update-actions.ts';

/** A step of one batching: the operations of each part with every size known, but not yet what is made again. */
export interface StepDraft {
  readonly graph: StepGraph;
  readonly batching: Batching;
  readonly values: BatchValues;
  /** The forward operations that the backward part can make again: those that it follows. */
  readonly forward: readonly StepNode[];
  /** The actions, when the backward part runs these operations. */
  readonly actionsWith: (
    backward: readonly StepNode[],
    persistent: Persistent,
    optimizer: Optimizer | undefined,
  ) => Actions;
}

const valuesOf = (pairs: readonly { readonly value: string }[]) => pairs.map(({ value }) => value);
const inputsOf = (steps: readonly StepNode[]) => steps.flatMap(({ inputs }) => inputs);

/** Drafts a step. Pure; kernels are made as actions are asked for. */
export function draftStep(
  graph: StepGraph,
  batching: Batching,
  settings: Pick<PlanSettings, 'traits' | 'halves'>,
): StepDraft {
  const { traits } = settings;
  const { microBatch, microBatchCount } = batching;
  const values = readBatchValues(graph, batching);
  const bindImages = createBinding(graph, microBatch, settings, values.ofMicroBatch);
  const bindWhole = createBinding(graph, microBatch * microBatchCount, settings, values.ofBatch);

  // With several micro-batches the first programme only makes what must be known of all images before the loss.
  const isCut = microBatchCount > 1;
  const beforeLoss = [...inputsOf(graph.wholeBatch), ...valuesOf(graph.reported), ...valuesOf(graph.outputs)];
  const forward = isCut ? ancestorsOf(graph.forward, beforeLoss) : graph.forward;
  const beforeBackward = [...inputsOf(graph.backward), ...valuesOf(graph.gradients)];
  const forwardAgain = isCut ? ancestorsOf(graph.forward, beforeBackward) : [];

  /** Operations on images, the parts of the batch that they read before and `after` each what follows from its results. */
  function imageActions(
    steps: readonly StepNode[],
    after: (name: string) => readonly Action[],
  ): readonly Action[] {
    const unsliced = new Set(values.sliced);
    return steps.flatMap((step): Action[] => [
      ...step.inputs.filter((name) => unsliced.delete(name)).map((name) => values.slice(name)),
      bindImages(step),
      ...resultNames(step.node).flatMap(after),
    ]);
  }
  function lossActions(persistent: Persistent): Action[] {
    const { trainables } = persistent;
    const clear = (trainables?.pages ?? []).map(({ gradients: { sizeBytes } }, page): Action => {
      return { kind: 'clear', value: { name: gradientsName(page), sizeBytes } };
    });
    const reports = graph.reported.map(({ name, value }) =>
      reportAction(persistent, name, values.ofMicroBatch(value)),
    );
    return [...clear, ...graph.wholeBatch.map(bindWhole), ...reports];
  }
  function backwardActions(steps: readonly StepNode[], { trainables }: Persistent): readonly Action[] {
    if (trainables === undefined) return [];
    const waiting = new Map(accumulations(graph, trainables, traits));
    const take = (name: string): readonly DispatchAction[] => {
      const found = waiting.get(name) ?? [];
      waiting.delete(name);
      return found;
    };
    const actions = imageActions(steps, take);
    // What is left is a gradient that the backward part does not make, but is given.
    return [...[...waiting.values()].flat(), ...actions];
  }

  return {
    graph,
    batching,
    values,
    forward: isCut ? forwardAgain : forward,
    actionsWith: (backward, persistent, optimizer) => ({
      forward: imageActions(forward, (name) => (values.gathered.has(name) ? [values.gather(name)] : [])),
      loss: lossActions(persistent),
      backward: backwardActions([...forwardAgain, ...backward], persistent),
      update: updateActions(graph, persistent, optimizer, traits),
    }),
  };
}
