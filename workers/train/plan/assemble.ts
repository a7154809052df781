/** Writes a plan down: actions become steps when their values have places. */
import { bindBatch } from '../../../models/graph/shape.ts';
import type { Action, Programme } from './actions.ts';
import type { Layout } from './layout.ts';
import type { Life, Uses } from './lifetimes.ts';
import type { Place, PlanSettings, PlanStep, TrainingPlan } from './plan.ts';

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
          offsetBytes: shared.offsetOf[life] as number,
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
