/** Weights, states and the optimiser's memory of a plan: filled when it is made, read as one state, and set back to one. */
import { invariant, WorkbenchError } from '../../../core/errors.ts';
import { elementCount } from '../../../models/graph/shape.ts';
import { FLOAT16_MAX } from '../../../models/onnx/float16.ts';
import { type BufferRange, readRanges } from '../../gpu/buffers.ts';
import type { GpuContext } from '../../gpu/device.ts';
import { packHalves } from '../../gpu/half-words.ts';
import type { DeviceTensors, EngineState, NamedArrays } from '../engine.ts';
import { placeOfEntry } from '../plan/persistent.ts';
import type { PackedTrainables, Place, TrainablePage, TrainingPlan, WeightStorage } from '../plan/plan.ts';
import type { RegionBuffers } from './region-buffers.ts';

/** Gives the value of a parameter or state by name; called once for each, one at a time. */
export type ValueSource = (name: string) => Promise<Float32Array<ArrayBuffer>>;

/** Bytes that may wait in the queue while weights are uploaded: browsers hold a copy until the device has them. */
const UPLOAD_BYTES = 2 ** 26;

export interface StoredValues extends DeviceTensors {
  /**
   * Fills all that is not borrowed, one tensor at a time. Errors: the source's, the signal's reason, `graph/shape-mismatch`,
   * `train/not-trainable` for a weight that f16 cannot hold.
   */
  fill(source: ValueSource, signal: AbortSignal): Promise<void>;
  gradients(): Promise<NamedArrays>;
  read(): Promise<Omit<EngineState, 'step'>>;
  /** Errors: `graph/unknown-value`, `graph/shape-mismatch`; nothing is written then. */
  write(state: Omit<EngineState, 'step'>): void;
}

type Entry = PackedTrainables['entries'][number];

/** Where a tensor lies, how many elements it has, and as what they are stored. */
interface Stored {
  readonly range: BufferRange;
  readonly count: number;
  readonly storage: WeightStorage;
}

/** The words of a weight as halves. Errors: `train/not-trainable` for a number that would become infinite, or is none. */
function halvesOf(name: string, values: Float32Array): Uint32Array<ArrayBuffer> {
  const tooLarge = values.find((value) => !(Math.abs(value) <= FLOAT16_MAX));
  if (tooLarge !== undefined) {
    throw new WorkbenchError(
      'train/not-trainable',
      `'${name}' holds ${tooLarge}; 16-bit storage holds numbers up to ${FLOAT16_MAX}.`,
      { context: { tensor: name }, hint: 'Set the frozen weights to 32-bit, then start again.' },
    );
  }
  return packHalves(values);
}

/** The arrays of the entries, out of the packed buffer. */
function unpack(
  entries: readonly Entry[],
  packed: Float32Array<ArrayBuffer>,
): [string, Float32Array<ArrayBuffer>][] {
  return entries.map(({ parameter, start, count }) => [parameter, packed.slice(start, start + count)]);
}

/** What of a plan stays from step to step, in these buffers. */
export function createStoredValues(
  gpu: GpuContext,
  plan: TrainingPlan,
  buffers: RegionBuffers,
): StoredValues {
  const { device } = gpu;
  const { trainables, states } = plan;
  const entries = trainables?.entries ?? [];

  const storedAt = (place: Place, shape: readonly number[], storage: WeightStorage = 'f32'): Stored => ({
    range: buffers.rangeOf(place),
    count: elementCount(shape),
    storage,
  });
  const tensors = new Map<string, Stored>([
    ...plan.parameters.map(
      ({ name, place, shape, storage }) => [name, storedAt(place, shape, storage)] as const,
    ),
    ...states.map(({ name, place, shape }) => [name, storedAt(place, shape)] as const),
    ...(trainables === undefined
      ? []
      : entries.map((entry) => {
          const place = placeOfEntry(trainables, entry, 'weights');
          return [entry.parameter, storedAt(place, entry.shape)] as const;
        })),
  ]);
  /** Trainables and states: what steps change, by name. */
  const changing = [...entries.map(({ parameter }) => parameter), ...states.map(({ name }) => name)];

  function write(name: string, values: Float32Array<ArrayBuffer>): void {
    const tensor = tensors.get(name);
    invariant(tensor !== undefined, `'${name}' is no tensor of the plan`);
    const { range, storage } = tensor;
    const stored = storage === 'f16' ? halvesOf(name, values) : values;
    device.queue.writeBuffer(range.buffer, range.offset, stored);
  }
  function check(name: string, values: Float32Array | undefined): Float32Array {
    const count = tensors.get(name)?.count ?? 0;
    if (values === undefined) {
      throw new WorkbenchError('graph/unknown-value', `The values for '${plan.name}' lack '${name}'.`);
    }
    if (values.length !== count) {
      throw new WorkbenchError(
        'graph/shape-mismatch',
        `'${name}' has ${values.length} values; '${plan.name}' needs ${count}.`,
      );
    }
    return values;
  }

  const pages = trainables?.pages ?? [];
  const momentCount = pages[0]?.moments.length ?? 0;

  /** Writes the elements of all pages, each to the place that it has in its page. */
  function writePages(values: Float32Array<ArrayBuffer>, placeIn: (page: TrainablePage) => Place): void {
    for (const page of pages) {
      const { buffer, offset } = buffers.rangeOf(placeIn(page));
      device.queue.writeBuffer(buffer, offset, values, page.start, page.count);
    }
  }
  /** The places of one kind in all pages, one page after the other. */
  async function readPages(
    ...places: readonly ((page: TrainablePage) => Place)[]
  ): Promise<Float32Array<ArrayBuffer>[]> {
    const wanted = places.flatMap((placeIn) => pages.map((page) => buffers.rangeOf(placeIn(page))));
    const arrays = await gpu.whileAlive(readRanges(device, wanted));
    return places.map((_, index) => {
      const ofPages = arrays.slice(index * pages.length, (index + 1) * pages.length);
      const [only] = ofPages;
      if (only !== undefined && ofPages.length === 1) return only;
      const joined = new Float32Array(trainables?.elementCount ?? 0);
      for (const [page, array] of ofPages.entries()) joined.set(array, pages[page]?.start);
      return joined;
    });
  }
  function writeDecays({ elementCount: count }: PackedTrainables): void {
    const values = new Float32Array(count);
    for (const entry of entries) values.fill(1, entry.start, entry.start + entry.count);
    writePages(values, ({ decays }) => decays);
  }

  return {
    find: (name) => tensors.get(name)?.range,
    async fill(source, signal) {
      if (trainables !== undefined) writeDecays(trainables);
      const frozen = plan.parameters.filter((tensor) => !buffers.isBorrowed(tensor)).map(({ name }) => name);
      let waitingBytes = 0;
      for (const name of [...frozen, ...changing]) {
        signal.throwIfAborted();
        const values = await source(name);
        check(name, values);
        write(name, values);
        waitingBytes += values.byteLength;
        if (waitingBytes < UPLOAD_BYTES) continue;
        await gpu.whileAlive(device.queue.onSubmittedWorkDone());
        waitingBytes = 0;
      }
    },
    async gradients() {
      const [packed = new Float32Array()] = await readPages(({ gradients }) => gradients);
      return new Map(unpack(entries, packed));
    },
    async read() {
      const moments = Array.from({ length: momentCount }, (_, index) => (page: TrainablePage) => {
        return page.moments[index] as Place;
      });
      const [weights = new Float32Array(), ...ofMoments] = await readPages(
        (page) => page.weights,
        ...moments,
      );
      const ofStates = await gpu.whileAlive(
        readRanges(
          device,
          states.map(({ place }) => buffers.rangeOf(place)),
        ),
      );
      return {
        values: new Map([
          ...unpack(entries, weights),
          ...states.map(({ name }, index) => [name, ofStates[index] ?? new Float32Array()] as const),
        ]),
        moments: ofMoments,
      };
    },
    write({ values, moments }) {
      const momentsMatch =
        moments.length === momentCount && moments.every((array) => array.length === trainables?.elementCount);
      if (!momentsMatch) {
        throw new WorkbenchError(
          'graph/shape-mismatch',
          `The optimiser's memory in the state is not that of '${plan.name}'.`,
        );
      }
      for (const name of changing) check(name, values.get(name));
      for (const name of changing) write(name, values.get(name) ?? new Float32Array());
      for (const [index, moment] of moments.entries()) {
        writePages(moment, (page) => page.moments[index] as Place);
      }
    },
  };
}
