/**
 * Carries out a plan with names instead of numbers: every place holds the name of what was last written to it, and every read
 * is compared with what the training graph says must stand there. Knows the plan and the graph, nothing of the planner.
 */
import { nodeName, type TrainingGraph, type TrainingNode } from '../../../../models/graph/training-graph.ts';
import { elementCount } from '../../../../models/graph/shape.ts';
import { hasKernel } from '../../../gpu/kernels/kernel-table.ts';
import type { CopyEnd, PackedTrainables, Place, PlanStep, TrainingPlan } from '../plan.ts';

type TrainableEntry = PackedTrainables['entries'][number];

const ELEMENT_BYTES = 4;
/** Steps done before: the slot of the report that the step writes. */
const SLOT = 3;

/** A stretch of a buffer and what it holds. */
interface Held {
  readonly start: number;
  readonly end: number;
  readonly tag: string;
}

/** What every byte of every region holds. */
function createMemory(plan: TrainingPlan) {
  const contents: Held[][] = plan.regions.map(() => []);
  const contentsOf = ({ region, offsetBytes, sizeBytes }: Place): Held[] => {
    const found = contents[region];
    const size = plan.regions[region]?.sizeBytes ?? 0;
    if (found === undefined || offsetBytes + sizeBytes > size) {
      throw new Error(
        `bytes ${offsetBytes} to ${offsetBytes + sizeBytes} of region ${region} (${size} bytes)`,
      );
    }
    return found;
  };
  return {
    /** The names that a place holds, in order; 'nothing' where it was never written or is cut off. */
    read(place: Place): string[] {
      const end = place.offsetBytes + place.sizeBytes;
      const all = contentsOf(place);
      const exact = all.find((each) => each.start === place.offsetBytes && each.end === end);
      if (exact !== undefined) return [exact.tag];
      const held = all
        .filter((each) => each.start < end && each.end > place.offsetBytes)
        .toSorted((a, b) => a.start - b.start);
      let at = place.offsetBytes;
      const tags = held.map((each) => {
        const tag = each.start === at && each.end <= end ? each.tag : 'nothing';
        at = each.end;
        return tag;
      });
      return at === end ? tags : [...tags, 'nothing'];
    },
    write(place: Place, tags: readonly string[]): void {
      const all = contentsOf(place);
      const end = place.offsetBytes + place.sizeBytes;
      const rest = all.flatMap((each) => [
        ...(each.start < place.offsetBytes
          ? [
              {
                ...each,
                end: Math.min(each.end, place.offsetBytes),
                tag: each.end > place.offsetBytes ? `part of ${each.tag}` : each.tag,
              },
            ]
          : []),
        ...(each.end > end
          ? [
              {
                ...each,
                start: Math.max(each.start, end),
                tag: each.start < end ? `part of ${each.tag}` : each.tag,
              },
            ]
          : []),
      ]);
      const size = place.sizeBytes / tags.length;
      const added = tags.map((tag, index) => ({
        start: place.offsetBytes + index * size,
        end: place.offsetBytes + (index + 1) * size,
        tag,
      }));
      contents[place.region] = [...rest, ...added];
    },
  };
}

const WHOLE = -1;

/** The bindings that a kernel may write to, by its own text. */
function writtenBindings(code: string): ReadonlySet<number> {
  const found = code.matchAll(/@binding\((\d+)\)\s*var<storage,\s*read_write>/g);
  return new Set(Array.from(found, ([, binding]) => Number(binding)));
}

/** Says what the graph makes of each value, by micro-batch. */
function createExpectations(training: TrainingGraph, count: number) {
  const views = new Map<string, string>();
  const batched = new Set<string>();
  const dependent = new Set<string>();
  const nodes = new Map<string, TrainingNode>();
  for (const { name, shape } of [...training.inputs, ...training.parameters]) {
    if (!shape.includes('N')) continue;
    batched.add(name);
    dependent.add(name);
  }
  for (const node of training.nodes) {
    nodes.set(nodeName(node), node);
    if (!hasKernel(node.kind)) {
      const input = node.inputs[0] ?? '';
      views.set(nodeName(node), views.get(input) ?? input);
    }
    for (const { name, shape } of node.results) {
      if (shape.includes('N')) batched.add(name);
      if (node.inputs.some((input) => dependent.has(input))) dependent.add(name);
    }
  }
  const wholeBatch = new Set(['segmentationLoss', 'classificationLoss']);
  const ofLoss = new Set(
    training.nodes
      .filter(({ kind }) => wholeBatch.has(kind))
      .flatMap(({ results }) => results.map(({ name }) => name)),
  );
  const held = (name: string) => views.get(name) ?? name;
  return {
    nodes,
    isWhole: (node: TrainingNode) => wholeBatch.has(node.kind),
    /** The tags of a value as a micro-batch has it, or the whole batch. */
    tagsOf(name: string, microBatch: number): string[] {
      const value = held(name);
      if (batched.has(value)) {
        const parts = microBatch === WHOLE ? Array.from({ length: count }, (_, part) => part) : [microBatch];
        return parts.map((part) => `${value}#${part}`);
      }
      const isOfLoss = ofLoss.has(value) || !dependent.has(value);
      return [isOfLoss ? value : `${value}#${microBatch === WHOLE ? count - 1 : microBatch}`];
    },
  };
}

/**
 * Carries out one step of a plan and throws where a read finds something else than the graph says, where a dispatch reads a
 * buffer that it writes, or where the end is not what a step must leave behind.
 */
export function replayPlan(training: TrainingGraph, plan: TrainingPlan): void {
  const memory = createMemory(plan);
  const { microBatchCount, programmes, trainables, report } = plan;
  const expected = createExpectations(training, microBatchCount);
  const fail = (where: string, what: string): never => {
    throw new Error(`${where}: ${what}`);
  };
  const check = (where: string, place: Place, tags: readonly string[]): void => {
    const found = memory.read(place);
    if (found.join(' ') !== tags.join(' ')) fail(where, `reads ${found.join(' ')}, not ${tags.join(' ')}`);
  };

  for (const { name, place } of [...plan.parameters, ...plan.states]) memory.write(place, [name]);
  /** Of each trainable, the micro-batches whose gradient was added. */
  const added = new Map<string, number[]>();
  /** Where a parameter must lie in its page. */
  function placeIn(role: 'weights' | 'gradients', { page, start, count }: TrainableEntry): Place {
    const its = trainables?.pages[page];
    if (its === undefined || start < its.start || start + count > its.start + its.count) {
      return fail(`page ${page}`, 'has not the elements of its parameters');
    }
    return {
      region: its[role].region,
      offsetBytes: (start - its.start) * ELEMENT_BYTES,
      sizeBytes: count * ELEMENT_BYTES,
    };
  }
  if (trainables !== undefined) {
    for (const entry of trainables.entries) memory.write(placeIn('weights', entry), [entry.parameter]);
    memory.write(trainables.settings, ['settings']);
    for (const { decays, moments } of trainables.pages) {
      memory.write(decays, ['decays']);
      for (const moment of moments) memory.write(moment, ['moment']);
    }
  }
  const writeInputs = (microBatch: number) => {
    for (const { name, place, per } of plan.inputs) {
      if (per === 'microBatch') memory.write(place, [`${name}#${microBatch}`]);
    }
  };
  for (const { name, place, per, shape } of plan.inputs) {
    if (per !== 'batch') continue;
    const bytes = elementCount(shape) * ELEMENT_BYTES;
    if (bytes !== place.sizeBytes) fail(name, `has ${place.sizeBytes} bytes for [${shape.join()}]`);
    memory.write(place, expected.tagsOf(name, WHOLE));
  }

  const end = (side: CopyEnd, sizeBytes: number, microBatch: number): Place => {
    const index = { nothing: 0, microBatch, step: SLOT }[side.by];
    return { region: side.region, offsetBytes: side.offsetBytes + index * side.strideBytes, sizeBytes };
  };
  /** What the end of a step reads: the gradients of all micro-batches, and what the optimiser is told. */
  function optimizerTags({ region }: Place): string[] {
    const isComplete = trainables?.entries.every(
      ({ parameter }) => added.get(parameter)?.length === microBatchCount,
    );
    if (isComplete !== true) fail('update', 'runs before the gradients are complete');
    if (trainables?.settings.region === region) return ['settings'];
    const found = (['gradients', 'decays'] as const).find((role) =>
      trainables?.pages.some((page) => page[role].region === region),
    );
    return [found ?? 'gradients, decays or settings'];
  }

  function accumulate(step: Extract<PlanStep, { kind: 'dispatch' }>, microBatch: number): boolean {
    const entry = trainables?.entries.find(({ parameter }) => step.node === `${parameter}.accumulate`);
    if (trainables === undefined || entry === undefined) return false;
    const { value = '' } = training.gradients.find(({ parameter }) => parameter === entry.parameter) ?? {};
    const [from, to] = step.places as [Place, Place];
    const own = placeIn('gradients', entry);
    if (to.region !== own.region || to.offsetBytes !== own.offsetBytes) {
      fail(step.node, 'adds to another place');
    }
    // The kernel adds as many elements as are bound.
    if (from.sizeBytes !== own.sizeBytes || to.sizeBytes !== own.sizeBytes) {
      fail(step.node, 'adds another count');
    }
    check(step.node, from, expected.tagsOf(value, microBatch));
    check(step.node, trainables.pages[entry.page]?.gradients ?? own, ['gradients']);
    added.set(entry.parameter, [...(added.get(entry.parameter) ?? []), microBatch]);
    return true;
  }

  /** The node that is under way, and what it has written: its dispatches share results and scratch. */
  let under: { readonly name: string; readonly written: Set<string> } | undefined;
  function dispatch(step: Extract<PlanStep, { kind: 'dispatch' }>, microBatch: number): void {
    const { node: name, dispatch: kernel, places } = step;
    const writes = writtenBindings(kernel.code);
    const regionsWhere = (isWritten: boolean) =>
      places.filter((_, binding) => writes.has(binding) === isWritten).map(({ region }) => region);
    const written = new Set(regionsWhere(true));
    if (regionsWhere(false).some((region) => written.has(region)))
      fail(name, 'reads a buffer that it writes');
    if (accumulate(step, microBatch)) return;
    const node = expected.nodes.get(name);
    if (under?.name !== name) under = { name, written: new Set() };
    const part = node !== undefined && expected.isWhole(node) ? WHOLE : microBatch;
    for (const [binding, { from, index }] of kernel.bindings.entries()) {
      const place = places[binding] as Place;
      const operand = `${from} ${index}`;
      if (from === 'input') {
        check(
          `${name} ${operand}`,
          place,
          node === undefined ? optimizerTags(place) : expected.tagsOf(node.inputs[index] ?? '', part),
        );
        continue;
      }
      const value = from === 'result' ? node?.results[index]?.name : undefined;
      const tags = value === undefined ? [`${name} ${operand}`] : expected.tagsOf(value, part);
      // What is read must have been written before, and nothing may have come between two dispatches of a node.
      if (!writes.has(binding) || under.written.has(operand)) check(`${name} ${operand}`, place, tags);
      under.written.add(operand);
      if (writes.has(binding)) memory.write(place, tags);
    }
  }

  function run(steps: readonly PlanStep[], microBatch: number): void {
    for (const step of steps) {
      if (step.kind === 'dispatch') dispatch(step, microBatch);
      else under = undefined;
      if (step.kind === 'copy') {
        const [from, to] = [
          end(step.from, step.sizeBytes, microBatch),
          end(step.to, step.sizeBytes, microBatch),
        ];
        if (from.region === to.region) fail('copy', 'within one buffer');
        memory.write(to, memory.read(from));
      } else if (step.kind === 'clear') {
        memory.write(step.place, ['gradients']);
      }
    }
  }

  for (let microBatch = 0; microBatch < microBatchCount; microBatch++) {
    writeInputs(microBatch);
    run(programmes.forward, microBatch);
    for (const { name, place, shape } of plan.outputs) {
      const { value = '' } = training.outputs.find((output) => output.name === name) ?? {};
      if (elementCount(shape) * ELEMENT_BYTES !== place.sizeBytes)
        fail(name, 'has another size than its shape');
      check(`output ${name}`, place, expected.tagsOf(value, microBatch));
    }
  }
  run(programmes.loss, WHOLE);
  for (let microBatch = 0; microBatch < microBatchCount; microBatch++) {
    if (microBatchCount > 1) writeInputs(microBatch);
    run(programmes.backward, microBatch);
  }
  run(programmes.update, WHOLE);

  const slot = { ...report.place, offsetBytes: report.place.offsetBytes + SLOT * report.slotBytes };
  for (const { name, startElement, count } of report.entries) {
    const { value } = training.outputs.find((output) => output.name === name) ?? {};
    const tags = value === undefined ? [`${name} result 0`] : expected.tagsOf(value, WHOLE);
    const place = {
      region: slot.region,
      offsetBytes: slot.offsetBytes + startElement * ELEMENT_BYTES,
      sizeBytes: count * ELEMENT_BYTES,
    };
    check(`report ${name}`, place, tags);
  }
  if (trainables === undefined) return;
  const all = Array.from({ length: microBatchCount }, (_, index) => index).join();
  for (const { parameter } of training.gradients) {
    if (added.get(parameter)?.join() !== all)
      fail(parameter, `has the gradients of ${added.get(parameter)?.join()}`);
  }
  for (const [index, { weights, moments }] of trainables.pages.entries()) {
    for (const place of [weights, ...moments]) {
      const [tag = ''] = memory.read(place);
      if (!tag.startsWith(`optimizer ${index} result`))
        fail('update', `leaves ${tag} where the optimiser changes weights`);
    }
  }
  for (const { state, value } of training.updates) {
    const placed = plan.states.find(({ name }) => name === state);
    if (placed === undefined) fail(state, 'has no place');
    else check(`state ${state}`, placed.place, expected.tagsOf(value, WHOLE));
  }
}
