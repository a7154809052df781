/** The inputs of a step made of prepared samples: three channels, labels at the side of the logits, groups and weights. */
import type { PreprocessPreset } from '../../core/imaging/crop.ts';
import { lowResolutionTarget } from '../../core/imaging/preprocess.ts';
import { GROUP_INPUT, LABEL_INPUT, SAMPLE_WEIGHT_INPUT } from '../../models/rewrite/differentiate/loss.ts';
import type { StepInputs } from './engine.ts';
import type { PreparedSample } from './sample-reader.ts';

export const IMAGE_INPUT = 'image';
const CHANNELS = 3;

/** What goes in and comes out of the network, and how masks are resized between them. */
export interface InputLayout {
  /** Of the input's square. */
  readonly side: number;
  /** Of the logits and of their labels: a SAMed's is a quarter of that with patches of 16 pixels, a TransUNet's the same. */
  readonly logitSide: number;
  /** Name of the output. */
  readonly logits: string;
  readonly preset: PreprocessPreset;
}

/** An image of a batch, with what the loss needs beside its pixels. */
export interface WeightedSample {
  readonly sample: PreparedSample;
  /** Index of its group, -1 for unknown. */
  readonly group: number;
  readonly weight: number;
}

/**
 * The inputs of a batch, filled up to `batchSize` with empty images of weight 0.
 * Shapes: image [batchSize,3,side,side] in [0, 1], label [batchSize,logitSide,logitSide] class numbers, group and sampleWeight [batchSize].
 */
export function makeStepInputs(
  samples: readonly WeightedSample[],
  batchSize: number,
  { side, logitSide, preset }: InputLayout,
): StepInputs {
  const pixelCount = side * side;
  const labelCount = logitSide * logitSide;
  const image = new Float32Array(batchSize * CHANNELS * pixelCount);
  const label = new Float32Array(batchSize * labelCount);
  const group = new Float32Array(batchSize).fill(-1);
  const weight = new Float32Array(batchSize);
  for (const [index, one] of samples.entries()) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      image.set(one.sample.image, (index * CHANNELS + channel) * pixelCount);
    }
    label.set(lowResolutionTarget(one.sample.mask, side, logitSide, preset), index * labelCount);
    group[index] = one.group;
    weight[index] = one.weight;
  }
  return new Map([
    [IMAGE_INPUT, image],
    [LABEL_INPUT, label],
    [GROUP_INPUT, group],
    [SAMPLE_WEIGHT_INPUT, weight],
  ]);
}
