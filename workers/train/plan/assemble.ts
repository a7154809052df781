/** Puts a plan together: actions become steps when their values have places. */
import type { Action, Actions, Programme } from './actions.ts';
import { bindBatch } from '../../../models/graph/shape.ts';
import { type Life, type Lifetimes, lifetimesOf, type Uses } from './lifetimes.ts';
import { type Persistent, placePersistent } from './persistent.ts';
import type { Place, PlanSettings, PlanStep, Recomputation, TrainingPlan } from './plan.ts';
import { type SharedRegions, shareRegions } from './regions.ts';
import type { StepDraft } from './step-actions.ts';
import type { StepNode } from './step-graph.ts';

/** The steps of an action. `placeOf` finds the place of a persistent value by its name, else of a life. */
function stepsOf(
  action: Action,
  { inputs, results, scratch }: Uses,
  placeOf: (name: string, life: number | undefined) => Place,
): PlanStep[] {
  if (action.kind === 'clear') return [{ kind: 'clear', place: placeOf(action.value.name, results[0]) }];
  if (action.kind === 'copy') {
    const [from, to] = [placeOf(action.from.name, inputs[0]), placeOf(action.to.name, results[0])];
    const end = (place: Place, { offsetBytes, strideBytes, by }: typeof action.from) => ({
      ...place,
      offsetBytes: place.offsetBytes + offsetBytes,
      strideBytes,
      by,
    });
    const { sizeBytes } = action;
    return [{ kind: 'copy', from: end(from, action.from), to: end(to, action.to), sizeBytes }];
  }
  const { node, kernel, flops } = action;
  const operands = {
    input: action.inputs.map(({ name }, index) => placeOf(name, inputs[index])),
    result: action.results.map(({ name }, index) => placeOf(name, results[index])),
    scratch: scratch.map((life) => placeOf('', life)),
  };
  return kernel.dispatches.map((dispatch) => ({
    kind: 'dispatch',
    node,
    dispatch,
    places: dispatch.bindings.map(({ from, index }) => operands[from][index] as Place),
    flops: flops / kernel.dispatches.length,
  }));
}

/** A step whose memory is laid out: what it needs is known before its steps are written down. */
export interface Layout {
  readonly draft: StepDraft;
  readonly recomputation: Recomputation;
  readonly actions: Actions;
  readonly persistent: Persistent;
  readonly lifetimes: Lifetimes;
  readonly shared: SharedRegions;
  readonly totalBytes: number;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Lays out a drafted step whose backward part is `backward`, with the operations that it makes again. */
export function layOut(
  draft: StepDraft,
  recomputation: Recomputation,
  backward: readonly StepNode[],
  settings: PlanSettings,
): Layout {
  const { graph, batching } = draft;
  const persistent = placePersistent(graph, draft.values.inputs, settings, batching);
  const actions = draft.actionsWith(backward, persistent, settings.optimizer);
  const lifetimes = lifetimesOf(actions, {
    persistent: new Set(persistent.places.keys()),
    read: new Set(graph.outputs.map(({ value }) => value)),
    isRepeated: batching.microBatchCount > 1,
  });
  const shared = shareRegions(lifetimes.lives);
  const totalBytes = sum(persistent.list.regions.map(({ sizeBytes }) => sizeBytes)) + sum(shared.sizes);
  return { draft, recomputation, actions, persistent, lifetimes, shared, totalBytes };
}

/** The plan of a laid out step. */
export function assemblePlan(layout: Layout, settings: PlanSettings): TrainingPlan {
  const { draft, recomputation, actions, persistent, lifetimes, shared, totalBytes } = layout;
  const { graph, batching } = draft;
  const firstShared = persistent.list.regions.length;
  const regions = [
    ...persistent.list.regions,
    ...shared.sizes.map((sizeBytes, index) => ({
      name: `activations ${index}`,
      role: 'activation' as const,
      sizeBytes,
    })),
  ];
  const placeOf = (name: string, life: number | undefined): Place =>
    life === undefined
      ? (persistent.places.get(name) as Place)
      : {
          region: firstShared + (shared.regionOf[life] as number),
          offsetBytes: 0,
          sizeBytes: (lifetimes.lives[life] as Life).sizeBytes,
        };
  const programme = (name: Programme) =>
    actions[name].flatMap((action, index) => stepsOf(action, lifetimes.uses[name][index] as Uses, placeOf));
  return {
    name: graph.training.name,
    batchSize: settings.batchSize,
    ...batching,
    recomputation,
    regions,
    totalBytes,
    inputs: persistent.inputs,
    parameters: persistent.parameters,
    trainables: persistent.trainables,
    states: persistent.states,
    outputs: graph.outputs.map(({ name, shape, value }) => ({
      name,
      shape: bindBatch(shape, batching.microBatch),
      place: placeOf(value, lifetimes.afterForward.get(value)),
    })),
    report: persistent.report,
    programmes: {
      forward: programme('forward'),
      loss: programme('loss'),
      backward: programme('backward'),
      update: programme('update'),
    },
  };
}
