/**
 * The values of a step between micro-batches and the whole batch: what operations of the batch gather from images, what images
 * take their part of, and what the executor writes. With one micro-batch the two are the same memory and nothing is copied.
 */
import type { Value } from '../../../models/graph/graph.ts';
import { type ActionCopyEnd, type CopyAction, type SizedValue, wholeEnd } from './actions.ts';
import { type SizeValue, sizeOf } from './bind.ts';
import type { PlacedInput } from './plan.ts';
import { type Batching, isBatched, resultNames, type StepGraph } from './step-graph.ts';

/** An input with the name of its memory. */
export interface StepInput {
  readonly memory: string;
  readonly value: Value;
  readonly per: PlacedInput['per'];
}

export interface BatchValues {
  readonly ofMicroBatch: SizeValue;
  readonly ofBatch: SizeValue;
  /** What the executor writes; states, which persist, are not among them. */
  readonly inputs: readonly StepInput[];
  /** Values of images that go to the batch as soon as they are made. */
  readonly gathered: ReadonlySet<string>;
  /** Values of the batch that images read. */
  readonly sliced: ReadonlySet<string>;
  /** The copy of a micro-batch's value to its place in the batch, and back. */
  gather(name: string): CopyAction;
  slice(name: string): CopyAction;
}

/** Tells the values of a batching apart. */
export function readBatchValues(graph: StepGraph, { microBatch, microBatchCount }: Batching): BatchValues {
  const { training, shapes, forward, wholeBatch, backward } = graph;
  const isCut = microBatchCount > 1;
  const hasImages = (name: string) => isBatched(shapes.get(name) ?? []);
  const sizedFor =
    (images: number, suffix: string): SizeValue =>
    (name) => ({
      name: hasImages(name) ? name + suffix : name,
      sizeBytes: sizeOf(shapes.get(name) ?? [], images),
    });
  const ofMicroBatch = sizedFor(microBatch, '');
  const ofBatch = sizedFor(microBatch * microBatchCount, isCut ? ' of the batch' : '');

  const byImages = new Set([...forward, ...backward].flatMap(({ inputs }) => inputs));
  const byBatch = new Set(wholeBatch.flatMap(({ inputs }) => inputs));
  const madeByBatch = new Set(wholeBatch.flatMap(({ node }) => resultNames(node)));
  const given = new Set(training.inputs.map(({ name }) => name));
  const states = new Set(training.updates.map(({ state }) => state));
  const isOfBatch = (name: string) => !hasImages(name) || !byImages.has(name) || (isCut && byBatch.has(name));

  const part = (value: SizedValue, strideBytes: number): ActionCopyEnd => ({
    ...value,
    offsetBytes: 0,
    strideBytes,
    by: 'microBatch',
  });
  return {
    ofMicroBatch,
    ofBatch,
    inputs: training.inputs
      .filter(({ name }) => (byImages.has(name) || byBatch.has(name)) && !states.has(name))
      .map((value): StepInput => {
        const per = isOfBatch(value.name) ? 'batch' : 'microBatch';
        const { name } = (per === 'batch' ? ofBatch : ofMicroBatch)(value.name);
        return { memory: name, value, per };
      }),
    gathered: new Set(
      [...byBatch].filter((name) => isCut && hasImages(name) && !madeByBatch.has(name) && !given.has(name)),
    ),
    sliced: new Set(
      [...byImages].filter(
        (name) =>
          isCut && hasImages(name) && (madeByBatch.has(name) || (given.has(name) && byBatch.has(name))),
      ),
    ),
    gather(name) {
      const value = ofMicroBatch(name);
      const { sizeBytes } = value;
      return { kind: 'copy', from: wholeEnd(value), to: part(ofBatch(name), sizeBytes), sizeBytes };
    },
    slice(name) {
      const value = ofMicroBatch(name);
      const { sizeBytes } = value;
      return { kind: 'copy', from: part(ofBatch(name), sizeBytes), to: wholeEnd(value), sizeBytes };
    },
  };
}
