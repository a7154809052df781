/** Adds losses to a training graph: what they read, what they report, and where the gradient starts. */
import type { GroupMethod, LossOperations } from '../../graph/gradient-ops/losses.ts';
import type { GraphOutput, Value } from '../../graph/graph.ts';
import type { Shape } from '../../graph/shape.ts';
import type { StateUpdate } from '../../graph/training-graph.ts';
import { at } from './rule.ts';
import type { TrainingTape } from './tape.ts';

/** Inputs that a training graph has beside those of its network. Labels, groups and weights are numbers like all values. */
export const LABEL_INPUT = 'label';
export const GROUP_INPUT = 'group';
/** Weight of each image in the loss: 0 for one that only fills up a batch. */
export const SAMPLE_WEIGHT_INPUT = 'sampleWeight';
/** Weights of the groups before the step, with GroupDRO. */
export const GROUP_WEIGHT_INPUT = 'groupWeight';

/** A classifier of groups beside the segmentation, on a value behind `reverseGradient`. */
export interface Adversary {
  /** Output of the graph with the logits [N,G]. */
  readonly logits: string;
  /** Factor of its loss. */
  readonly weight: number;
}

/** Cross-entropy and Dice of a graph's output. */
export interface SegmentationLoss {
  readonly kind: 'segmentation';
  /** Output of the graph with the logits [N,K,h,w]. */
  readonly logits: string;
  readonly crossEntropyWeight: number;
  readonly diceWeight: number;
  /** Number of groups whose loss is reported; 1 where there are none. */
  readonly groupCount: number;
  readonly method: GroupMethod;
  readonly adversary?: Adversary;
}

/** No loss of our own: the gradient with respect to an output is an input of the training graph, called `d.` and its name. */
export interface GivenGradient {
  readonly kind: 'given';
  readonly output: string;
}

export type Loss = SegmentationLoss | GivenGradient;

/** Term in numerator and denominator of every Dice, that of the published recipe. */
export const DICE_SMOOTHING = 1e-5;

export interface LossResult {
  readonly outputs: readonly GraphOutput[];
  readonly updates: readonly StateUpdate[];
  /** Adds where the gradient starts: what is differentiated, and its gradient. */
  readonly addSeeds: () => readonly { readonly value: Value; readonly gradient: Value }[];
}

function report(values: readonly Value[], names: readonly string[]): GraphOutput[] {
  return names.map((name, index) => ({ name, value: at(values, index).name }));
}

function addSegmentation(
  tape: TrainingTape,
  logits: Value,
  sampleWeight: Value,
  { crossEntropyWeight, diceWeight, groupCount, method }: SegmentationLoss,
): LossResult {
  const [n, , h, w] = logits.shape;
  const label = tape.input(LABEL_INPUT, [n, h, w] as Shape);
  const group = tape.input(GROUP_INPUT, [n] as Shape);
  const isDro = method.kind === 'groupDro';
  const groupWeight = isDro ? [tape.input(GROUP_WEIGHT_INPUT, [groupCount])] : [];
  const sums = tape.add('segmentationSums', ['loss.sums', 'loss.imageCrossEntropy'], [logits, label], {});
  const attributes: LossOperations['segmentationLoss'] = {
    crossEntropyWeight,
    diceWeight,
    groupCount,
    method,
    smoothing: DICE_SMOOTHING,
  };
  const reported = ['loss', 'crossEntropy', 'dice', 'groupLoss', 'groupSize'];
  const results = [...reported, 'dSums', 'dCrossEntropy', ...(isDro ? ['nextGroupWeight'] : [])];
  const loss = tape.add(
    'segmentationLoss',
    results.map((name) => `loss.${name}`),
    [...sums, group, sampleWeight, ...groupWeight],
    attributes,
  );
  return {
    outputs: report(loss, reported),
    updates: isDro ? [{ state: GROUP_WEIGHT_INPUT, value: at(loss, 7).name }] : [],
    addSeeds: () => [
      {
        value: logits,
        gradient: tape.op(
          'segmentationGradient',
          'loss.dLogits',
          [logits, label, at(loss, 5), at(loss, 6)],
          {},
        ),
      },
    ],
  };
}

/** Adds a loss to the forward part. `valueOf` gives the value of an output, `sampleWeight` the weights of a batch of that shape. */
export function addLoss(
  tape: TrainingTape,
  loss: Loss,
  valueOf: (output: string) => Value,
  sampleWeight: (batch: Shape) => Value,
): LossResult {
  if (loss.kind === 'given') {
    const value = valueOf(loss.output);
    const gradient = tape.input(`d.${loss.output}`, value.shape);
    return {
      outputs: [{ name: loss.output, value: value.name }],
      updates: [],
      addSeeds: () => [{ value, gradient }],
    };
  }
  const logits = valueOf(loss.logits);
  const weight = sampleWeight([logits.shape[0]] as Shape);
  const segmentation = addSegmentation(tape, logits, weight, loss);
  if (loss.adversary === undefined) return segmentation;

  const guess = valueOf(loss.adversary.logits);
  const names = ['adversary.loss', 'adversary.dLogits'];
  const adversary = tape.add('classificationLoss', names, [guess, tape.value(GROUP_INPUT), weight], {
    weight: loss.adversary.weight,
  });
  return {
    outputs: [...segmentation.outputs, ...report(adversary, ['adversaryLoss'])],
    updates: segmentation.updates,
    addSeeds: () => [...segmentation.addSeeds(), { value: guess, gradient: at(adversary, 1) }],
  };
}
