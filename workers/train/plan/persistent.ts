/** What of a step outlives it: weights, the optimiser's memory, states, inputs and the report, each with its place. */
import { bindBatch, elementCount } from '../../../models/graph/shape.ts';
import type { Value } from '../../../models/graph/graph.ts';
import { ELEMENT_BYTES } from '../../gpu/buffers.ts';
import { halvesBytes } from '../../gpu/half-words.ts';
import type { StepInput } from './batch-values.ts';
import { sizeOf } from './bind.ts';
import { alignBytes, createRegionList, packTensors, type RegionList } from './packing.ts';
import type {
  Optimizer,
  PackedTrainables,
  Place,
  PlacedInput,
  PlacedParameter,
  PlacedTensor,
  PlannedReport,
  PlanSettings,
  Reported,
  TrainablePage,
} from './plan.ts';
import type { Batching, StepGraph } from './step-graph.ts';

/** Memory that no value of the graph has: names with spaces are not those of values. */
export const gradientsName = (page: number) => `gradients of page ${page}`;
export const weightsName = (page: number) => `trainable weights of page ${page}`;
export const decaysName = (page: number) => `decays of page ${page}`;
export const momentName = (page: number, index: number) => `moment ${index} of page ${page}`;
export const SETTINGS = 'settings of the optimiser';
export const REPORT = 'reports of steps';
/** A parameter's part of the gradients. */
export const gradientName = (parameter: string) => `gradient of ${parameter}`;

/** Names of what is reported of each page beside the outputs of the graph. */
export const squaredNormName = (page: number) => `squaredNorm ${page}`;
export const nonFiniteName = (page: number) => `nonFinite ${page}`;

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
  readonly parameters: readonly PlacedParameter[];
  readonly states: readonly PlacedTensor[];
  readonly trainables: PackedTrainables | undefined;
  readonly report: PlannedReport;
}

type Entry = PackedTrainables['entries'][number];

/** The entries one after the other, a new page begun where one would outgrow a binding. */
function packEntries(
  { gradients, shapes }: Pick<StepGraph, 'gradients' | 'shapes'>,
  pageBytes: number,
): readonly Entry[] {
  let [end, page, pageStart] = [0, 0, 0];
  return gradients.map(({ parameter }) => {
    const shape = bindBatch(shapes.get(parameter) ?? [], 1);
    const [start, count] = [end, elementCount(shape)];
    if (start > pageStart && (start + count - pageStart) * ELEMENT_BYTES > pageBytes) {
      [page, pageStart] = [page + 1, start];
    }
    end += alignBytes(count * ELEMENT_BYTES) / ELEMENT_BYTES;
    return { parameter, shape, page, start, count };
  });
}

function packTrainables(
  graph: StepGraph,
  optimizer: Optimizer,
  pageBytes: number,
  list: RegionList,
): PackedTrainables {
  const entries = packEntries(graph, pageBytes);
  const sizes = OPTIMIZER_SIZES[optimizer.kind];
  const pageCount = (entries.at(-1)?.page ?? -1) + 1;
  const pages = Array.from({ length: pageCount }, (_, page): TrainablePage => {
    const own = entries.filter((entry) => entry.page === page);
    const [first, last] = [own[0] as Entry, own.at(-1) as Entry];
    const next = entries.find((entry) => entry.page === page + 1);
    const count = (next?.start ?? last.start + last.count) - first.start;
    const sizeBytes = count * ELEMENT_BYTES;
    return {
      start: first.start,
      count,
      weights: list.add(weightsName(page), 'trainable', sizeBytes),
      gradients: list.add(gradientsName(page), 'trainable', sizeBytes),
      decays: list.add(decaysName(page), 'optimizer', sizeBytes),
      moments: Array.from({ length: sizes.moments }, (_unused, index) =>
        list.add(momentName(page, index), 'optimizer', sizeBytes),
      ),
    };
  });
  const last = pages.at(-1);
  return {
    optimizer,
    elementCount: last === undefined ? 0 : last.start + last.count,
    entries,
    pages,
    settings: list.add(SETTINGS, 'optimizer', sizes.settings * ELEMENT_BYTES),
  };
}

/** A parameter's part of the weights or gradients of its page. */
export function placeOfEntry(
  { pages }: Pick<PackedTrainables, 'pages'>,
  { page, start, count }: Pick<Entry, 'page' | 'start' | 'count'>,
  of: 'weights' | 'gradients',
): Place {
  const its = pages[page] as TrainablePage;
  const offsetBytes = (start - its.start) * ELEMENT_BYTES;
  return { region: its[of].region, offsetBytes, sizeBytes: count * ELEMENT_BYTES };
}

function placeReport({ reported, shapes }: StepGraph, pageCount: number, list: RegionList): PlannedReport {
  let end = 0;
  const add = (name: string, count: number): Reported => {
    const entry = { name, startElement: end, count };
    end += count;
    return entry;
  };
  const entries = reported.map(({ name, value }) =>
    add(name, elementCount(bindBatch(shapes.get(value) ?? [], 1))),
  );
  for (let page = 0; page < pageCount; page++) {
    entries.push(add(squaredNormName(page), 1), add(nonFiniteName(page), 2));
  }
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
  { optimizer, limits, halves }: PlanSettings,
  { microBatch, microBatchCount }: Batching,
): Persistent {
  const { training, shapes } = graph;
  const list = createRegionList();
  const places = new Map<string, Place>();
  const pageBytes = Math.min(limits.bindingBytes, limits.bufferBytes);
  const trainables = optimizer === undefined ? undefined : packTrainables(graph, optimizer, pageBytes, list);
  if (trainables !== undefined) {
    for (const entry of trainables.entries) {
      places.set(entry.parameter, placeOfEntry(trainables, entry, 'weights'));
      places.set(gradientName(entry.parameter), placeOfEntry(trainables, entry, 'gradients'));
    }
    places.set(SETTINGS, trainables.settings);
    for (const [page, { weights, gradients, decays, moments }] of trainables.pages.entries()) {
      places.set(weightsName(page), weights).set(gradientsName(page), gradients);
      places.set(decaysName(page), decays);
      for (const [index, moment] of moments.entries()) places.set(momentName(page, index), moment);
    }
  }

  const read = new Set(
    [...graph.forward, ...graph.wholeBatch, ...graph.backward].flatMap((step) => step.inputs),
  );
  const stateNames = new Set(training.updates.map(({ state }) => state));
  const isHalf = (name: string) => halves?.has(name) === true;
  const pack = (values: readonly Value[], role: 'parameter' | 'state'): PlacedTensor[] => {
    const tensors = values.map(({ name, shape }) => ({
      name,
      sizeBytes: isHalf(name) ? halvesBytes(elementCount(bindBatch(shape, 1))) : sizeOf(shape, 1),
    }));
    const packed = packTensors(tensors, role, pageBytes, list);
    for (const [name, place] of packed) places.set(name, place);
    return values.map(({ name, shape }) => ({
      name,
      shape: bindBatch(shape, 1),
      place: packed.get(name) as Place,
    }));
  };
  const isFrozen = ({ name }: Value) => !places.has(name) && !stateNames.has(name) && read.has(name);
  const parameters = pack(training.parameters.filter(isFrozen), 'parameter').map(
    (tensor): PlacedParameter => ({ ...tensor, storage: isHalf(tensor.name) ? 'f16' : 'f32' }),
  );
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
  const report = placeReport(graph, trainables?.pages.length ?? 0, list);
  places.set(REPORT, report.place);
  return { list, places, inputs: placed, parameters, states, trainables, report };
}
