/**
 * The actions of a step in their order: what runs for each micro-batch, what for the whole batch, and the copies between the
 * two. With one micro-batch the two are the same and nothing is copied.
 */
import { ELEMENT_BYTES } from '../../gpu/buffers.ts';
import type { KernelTraits } from '../../gpu/kernels/kernel.ts';
import { accumulateKernel } from '../../gpu/kernels/optimiser.ts';
import { type Action, type Actions, type SizedValue, wholeEnd } from './actions.ts';
import { createBinding, sizeOf } from './bind.ts';
import { GRADIENTS, type Persistent, type StepInput } from './persistent.ts';
import type { Optimizer, PackedTrainables } from './plan.ts';
import {
  ancestorsOf,
  isBatched,
  resultNames,
  type Batching,
  type StepGraph,
  type StepNode,
} from './step-graph.ts';
import { reportAction, updateActions } from './update-actions.ts';

/** What memory a value has when it is of the whole batch, where that is more than a micro-batch. */
const batchName = (name: string) => `${name} of the batch`;

/** A step of one batching: which values are of the whole batch, and the operations of each part. */
export interface StepDraft {
  readonly graph: StepGraph;
  readonly batching: Batching;
  /** What the executor writes. */
  readonly inputs: readonly StepInput[];
  /** The forward operations before the backward part: with several micro-batches it begins with them. */
  readonly forward: readonly StepNode[];
  /** Bytes of a value of a micro-batch. */
  readonly sizeBytes: (name: string) => number;
  /** The actions, when the backward part runs these operations. */
  readonly actionsWith: (
    backward: readonly StepNode[],
    persistent: PersistentParts,
    optimizer: Optimizer | undefined,
  ) => Actions;
}

/** What the actions need of what persists. */
type PersistentParts = Pick<Persistent, 'trainables' | 'report'>;

/** The values that come from single images and are read by operations of the whole batch. */
function gatheredNames({ wholeBatch, shapes }: StepGraph): Set<string> {
  const made = new Set(wholeBatch.flatMap(({ node }) => resultNames(node)));
  const read = wholeBatch.flatMap(({ inputs }) => inputs);
  return new Set(read.filter((name) => !made.has(name) && isBatched(shapes.get(name) ?? [])));
}

/** Drafts a step. Pure; kernels are made as actions are asked for. */
export function draftStep(graph: StepGraph, batching: Batching, traits: KernelTraits): StepDraft {
  const { microBatch, microBatchCount } = batching;
  const { training, shapes } = graph;
  const isCut = microBatchCount > 1;
  const shapeOf = (name: string) => shapes.get(name) ?? [];
  const sizedFor = (images: number, memory: (name: string) => string) => (name: string) => ({
    name: isBatched(shapeOf(name)) ? memory(name) : name,
    sizeBytes: sizeOf(shapeOf(name), images),
  });
  const ofMicroBatch = sizedFor(microBatch, (name) => name);
  const ofBatch = sizedFor(microBatch * microBatchCount, isCut ? batchName : (name) => name);
  const bindImages = createBinding(graph, microBatch, traits, ofMicroBatch);
  const bindBatchOf = createBinding(graph, microBatch * microBatchCount, traits, ofBatch);
  const isWhole = new Set(graph.wholeBatch);
  const actionOf = (step: StepNode) => (isWhole.has(step) ? bindBatchOf(step) : bindImages(step));

  const gathered = isCut ? gatheredNames(graph) : new Set<string>();
  const readByImages = new Set([...graph.forward, ...graph.backward].flatMap(({ inputs }) => inputs));
  const readAtAll = new Set([...readByImages, ...graph.wholeBatch.flatMap(({ inputs }) => inputs)]);
  const states = new Set(training.updates.map(({ state }) => state));
  const inputs = training.inputs
    .filter(({ name }) => readAtAll.has(name) && !states.has(name))
    .map((value): StepInput => {
      const isOfBatch = gathered.has(value.name) || !readByImages.has(value.name) || !isBatched(value.shape);
      const { name } = (isOfBatch ? ofBatch : ofMicroBatch)(value.name);
      return { memory: name, value, per: isOfBatch ? 'batch' : 'microBatch' };
    });

  const inputNames = new Set(training.inputs.map(({ name }) => name));
  const wholeResults = graph.wholeBatch.flatMap(({ node }) => resultNames(node));
  // What a micro-batch takes its part of: results of the loss, and inputs that both read.
  const sliced = new Set(
    (isCut ? [...wholeResults, ...inputNames] : []).filter(
      (name) =>
        isBatched(shapeOf(name)) && readByImages.has(name) && (gathered.has(name) || !inputNames.has(name)),
    ),
  );
  const part = (value: SizedValue, strideBytes: number) =>
    ({ ...value, offsetBytes: 0, strideBytes, by: 'microBatch' }) as const;
  const sliceOf = (name: string): Action => {
    const { sizeBytes } = ofMicroBatch(name);
    return {
      kind: 'copy',
      from: part(ofBatch(name), sizeBytes),
      to: wholeEnd(ofMicroBatch(name)),
      sizeBytes,
    };
  };
  const gatherOf = (name: string): Action => {
    const { sizeBytes } = ofMicroBatch(name);
    return {
      kind: 'copy',
      from: wholeEnd(ofMicroBatch(name)),
      to: part(ofBatch(name), sizeBytes),
      sizeBytes,
    };
  };
  /** The operations, each after the parts of the batch that it reads. */
  const withSlices = (steps: readonly StepNode[]): { step: StepNode; actions: Action[] }[] => {
    const cut = new Set<string>();
    return steps.map((step) => {
      const missing = step.inputs.filter((name) => sliced.has(name) && !cut.has(name));
      for (const name of missing) cut.add(name);
      return { step, actions: [...new Set(missing)].map(sliceOf).concat(actionOf(step)) };
    });
  };

  const readByBatch = graph.wholeBatch.flatMap((step) => step.inputs);
  const outputValues = [...graph.reported, ...graph.outputs].map(({ value }) => value);
  const forward = isCut ? ancestorsOf(graph.forward, [...readByBatch, ...outputValues]) : graph.forward;
  const backwardReads = graph.backward.flatMap((step) => step.inputs);
  const gradientValues = graph.gradients.map(({ value }) => value);
  const forwardAgain = isCut ? ancestorsOf(graph.forward, [...backwardReads, ...gradientValues]) : [];

  function forwardActions(): Action[] {
    return withSlices(forward).flatMap(({ step, actions }) => [
      ...actions,
      ...resultNames(step.node)
        .filter((name) => gathered.has(name))
        .map(gatherOf),
    ]);
  }
  function lossActions({ trainables, report }: PersistentParts): Action[] {
    const clear: Action[] =
      trainables === undefined
        ? []
        : [{ kind: 'clear', value: { name: GRADIENTS, sizeBytes: trainables.gradients.sizeBytes } }];
    const reports = graph.reported.map(({ name, value }) =>
      reportAction({ report }, name, ofMicroBatch(value)),
    );
    return [...clear, ...graph.wholeBatch.map(actionOf), ...reports];
  }
  /** The operations, and each gradient added to the packed ones as soon as it is made. */
  function backwardActions(steps: readonly StepNode[], { trainables }: PersistentParts): Action[] {
    if (trainables === undefined) return [];
    const packed: SizedValue = { name: GRADIENTS, sizeBytes: trainables.gradients.sizeBytes };
    const waiting = new Map<string, Action[]>();
    for (const [index, { value }] of graph.gradients.entries()) {
      const { parameter, start, count } = trainables.entries[index] as PackedTrainables['entries'][number];
      const accumulation: Action = {
        kind: 'dispatch',
        node: `${parameter}.accumulate`,
        kernel: accumulateKernel(count, start, traits),
        inputs: [{ name: value, sizeBytes: count * ELEMENT_BYTES }],
        results: [packed],
        flops: count,
      };
      waiting.set(value, [...(waiting.get(value) ?? []), accumulation]);
    }
    const take = (name: string): Action[] => {
      const found = waiting.get(name) ?? [];
      waiting.delete(name);
      return found;
    };
    const actions = withSlices(steps).flatMap(({ step, actions: own }) => [
      ...own,
      ...resultNames(step.node).flatMap(take),
    ]);
    return [...[...waiting.keys()].flatMap(take), ...actions];
  }

  return {
    graph,
    batching,
    inputs,
    forward: isCut ? forwardAgain : forward,
    sizeBytes: (name) => ofMicroBatch(name).sizeBytes,
    actionsWith: (backward, persistent, optimizer) => ({
      forward: forwardActions(),
      loss: lossActions(persistent),
      backward: backwardActions([...forwardAgain, ...backward], persistent),
      update: updateActions(graph, persistent, optimizer, traits),
    }),
  };
}
