/** Puts a plan together: actions become steps when their values have places. */
import type { Action, Actions, Programme } from './actions.ts';
import { bindBatch } from '../../../models/graph/shape.ts';
import { type Lifetimes, lifetimesOf, type Uses } from './lifetimes.ts';
import { placePersistent } from './persistent.ts';
import type { Place, PlanSettings, PlanStep, Recomputation, TrainingPlan } from './plan.ts';
import { shareRegions } from './regions.ts';
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

/** The plan of a drafted step whose backward part is `backward`, with the operations that it makes again. */
export function assemblePlan(
  draft: StepDraft,
  recomputation: Recomputation,
  backward: readonly StepNode[],
  settings: PlanSettings,
): TrainingPlan {
  const { graph, batching } = draft;
  const { microBatch, microBatchCount } = batching;
  const persistent = placePersistent(graph, draft.inputs, settings, batching);
  const actions: Actions = draft.actionsWith(backward, persistent, settings.optimizer);
  const lifetimes: Lifetimes = lifetimesOf(actions, {
    persistent: new Set(persistent.places.keys()),
    read: new Set(graph.outputs.map(({ value }) => value)),
    isRepeated: microBatchCount > 1,
  });
  const { sizes, regionOf } = shareRegions(lifetimes.lives);
  const shared = sizes.map((sizeBytes, index) =>
    persistent.list.add(`activations ${index}`, 'activation', sizeBytes),
  );
  const placeOfLife = (life: number): Place => {
    const region = shared[regionOf[life] as number] as Place;
    return { ...region, sizeBytes: lifetimes.lives[life]?.sizeBytes ?? 0 };
  };
  const placeOf = (name: string, life: number | undefined) =>
    life === undefined ? (persistent.places.get(name) as Place) : placeOfLife(life);
  const programme = (name: Programme) =>
    actions[name].flatMap((action, index) => stepsOf(action, lifetimes.uses[name][index] as Uses, placeOf));

  const { regions } = persistent.list;
  return {
    name: graph.training.name,
    batchSize: settings.batchSize,
    microBatch,
    microBatchCount,
    recomputation,
    regions,
    totalBytes: regions.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
    inputs: persistent.inputs,
    parameters: persistent.parameters,
    trainables: persistent.trainables,
    states: persistent.states,
    outputs: graph.outputs.map(({ name, shape, value }) => ({
      name,
      shape: bindBatch(shape, microBatch),
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
