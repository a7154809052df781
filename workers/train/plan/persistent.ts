/** What of a step outlives it: weights, the optimiser's memory, states, inputs and the report, each with its place. */
import { bindBatch, elementCount } from '../../../models/graph/shape.ts';
import type { Value } from '../../../models/graph/graph.ts';
import { ELEMENT_BYTES } from '../../gpu/buffers.ts';
import type { StepInput } from './batch-values.ts';
import { sizeOf } from './bind.ts';
import { alignBytes, createRegionList, packTensors, type RegionList } from './packing.ts';
import type {
  Optimizer,
  PackedTrainables,
  Place,
  PlacedInput,
  PlacedTensor,
  PlannedReport,
  PlanSettings,
  Reported,
} from './plan.ts';
import type { Batching, StepGraph } from './step-graph.ts';

/** Memory that no value of the graph has: names with spaces are not those of values. */
export const GRADIENTS = 'all gradients';
export const WEIGHTS = 'all trainable weights';
export const DECAYS = 'all decays';
export const SETTINGS = 'settings of the optimiser';
export const REPORT = 'reports of steps';
/** A parameter's part of all gradients. */
export const gradientName = (parameter: string) => `gradient of ${parameter}`;
export const momentName = (index: number) => `moment ${index} of all weights`;

/** Names of what is reported beside the outputs of the graph. */
export const SQUARED_NORM = 'squaredNorm';
export const NON_FINITE = 'nonFinite';

/** Steps whose reports are kept until they are read. */
const SLOT_COUNT = 64;

/** Elements of the optimiser's settings, and how many tensors it remembers. */
const OPTIMIZER_SIZES: Readonly<
  Record<Optimizer['kind'], { readonly settings: number; readonly moments: number }>
> = { adamw: { settings: 5, moments: 2 }, sgd: { settings: 3, moments: 1 } };

/** The memory of everything that persists, and what of the plan it makes up. */
export interface Persistent {
  readonly list: RegionList;
  /** By the name of the value. */
  readonly places: ReadonlyMap<string, Place>;
  readonly inputs: readonly PlacedInput[];
  readonly parameters: readonly PlacedTensor[];
  readonly states: readonly PlacedTensor[];
  readonly trainables: PackedTrainables | undefined;
  readonly report: PlannedReport;
}

function packTrainables(
  { gradients, shapes }: StepGraph,
  optimizer: Optimizer,
  list: RegionList,
): PackedTrainables {
  let end = 0;
  const entries = gradients.map(({ parameter }) => {
    const shape = bindBatch(shapes.get(parameter) ?? [], 1);
    const entry = { parameter, shape, start: end, count: elementCount(shape) };
    end += alignBytes(entry.count * ELEMENT_BYTES) / ELEMENT_BYTES;
    return entry;
  });
  const last = entries.at(-1);
  const elementTotal = last === undefined ? 0 : last.start + last.count;
  const sizeBytes = elementTotal * ELEMENT_BYTES;
  const { settings, moments } = OPTIMIZER_SIZES[optimizer.kind];
  return {
    optimizer,
    elementCount: elementTotal,
    entries,
    weights: list.add(WEIGHTS, 'trainable', sizeBytes),
    gradients: list.add(GRADIENTS, 'trainable', sizeBytes),
    decays: list.add(DECAYS, 'optimizer', sizeBytes),
    moments: Array.from({ length: moments }, (_, index) =>
      list.add(momentName(index), 'optimizer', sizeBytes),
    ),
    settings: list.add(SETTINGS, 'optimizer', settings * ELEMENT_BYTES),
  };
}

function placeReport({ reported, shapes }: StepGraph, isTraining: boolean, list: RegionList): PlannedReport {
  let end = 0;
  const add = (name: string, count: number): Reported => {
    const entry = { name, startElement: end, count };
    end += count;
    return entry;
  };
  const entries = reported.map(({ name, value }) =>
    add(name, elementCount(bindBatch(shapes.get(value) ?? [], 1))),
  );
  if (isTraining) entries.push(add(SQUARED_NORM, 1), add(NON_FINITE, 2));
  const slotBytes = end * ELEMENT_BYTES;
  return {
    place: list.add(REPORT, 'report', SLOT_COUNT * slotBytes),
    slotCount: SLOT_COUNT,
    slotBytes,
    entries,
  };
}

/** Places all that persists. `inputs` are those that the executor writes, for a micro-batch or for all of them. */
export function placePersistent(
  graph: StepGraph,
  inputs: readonly StepInput[],
  { optimizer, limits }: PlanSettings,
  { microBatch, microBatchCount }: Batching,
): Persistent {
  const { training, shapes } = graph;
  const list = createRegionList();
  const places = new Map<string, Place>();
  const trainables = optimizer === undefined ? undefined : packTrainables(graph, optimizer, list);
  if (trainables !== undefined) {
    const { entries, weights, gradients, decays, moments, settings } = trainables;
    for (const { parameter, start, count } of entries) {
      const [offsetBytes, sizeBytes] = [start * ELEMENT_BYTES, count * ELEMENT_BYTES];
      places.set(parameter, { region: weights.region, offsetBytes, sizeBytes });
      places.set(gradientName(parameter), { region: gradients.region, offsetBytes, sizeBytes });
    }
    places.set(WEIGHTS, weights).set(GRADIENTS, gradients).set(DECAYS, decays).set(SETTINGS, settings);
    for (const [index, moment] of moments.entries()) places.set(momentName(index), moment);
  }

  const read = new Set(
    [...graph.forward, ...graph.wholeBatch, ...graph.backward].flatMap((step) => step.inputs),
  );
  const stateNames = new Set(training.updates.map(({ state }) => state));
  const pageBytes = Math.min(limits.bindingBytes, limits.bufferBytes);
  const pack = (values: readonly Value[], role: 'parameter' | 'state'): PlacedTensor[] => {
    const tensors = values.map(({ name, shape }) => ({ name, sizeBytes: sizeOf(shape, 1) }));
    const packed = packTensors(tensors, role, pageBytes, list);
    for (const [name, place] of packed) places.set(name, place);
    return values.map(({ name, shape }) => ({
      name,
      shape: bindBatch(shape, 1),
      place: packed.get(name) as Place,
    }));
  };
  const isFrozen = ({ name }: Value) => !places.has(name) && !stateNames.has(name) && read.has(name);
  const parameters = pack(training.parameters.filter(isFrozen), 'parameter');
  const states = pack(
    [...training.inputs, ...training.parameters].filter(({ name }) => stateNames.has(name)),
    'state',
  );
  const placed = inputs.map(({ memory, value: { name }, per }): PlacedInput => {
    const shape = bindBatch(shapes.get(name) ?? [], microBatch * (per === 'batch' ? microBatchCount : 1));
    const place = list.add(memory, per === 'batch' ? 'batch' : 'input', elementCount(shape) * ELEMENT_BYTES);
    places.set(memory, place);
    return { name, shape, place, per };
  });
  const report = placeReport(graph, trainables !== undefined, list);
  places.set(REPORT, report.place);
  return { list, places, inputs: placed, parameters, states, trainables, report };
}
