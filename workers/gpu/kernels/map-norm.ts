/**
 * Kernels of the norms of maps and weights, forward and backward. First each plane is summed for itself, then the planes that
 * share a mean are brought together, then every element is normalised: the norms differ in the second step only.
 */
import type { MapGradients } from '../../../models/graph/gradient-ops/maps.ts';
import type { MapOperations } from '../../../models/graph/ops.ts';
import { elementCount } from '../../../models/graph/shape.ts';
import batchStatisticsCode from './batch-norm-statistics.wgsl?raw';
import { foldWorkgroups, workgroupsFor } from './grid.ts';
import groupStatisticsCode from './group-norm-statistics.wgsl?raw';
import {
  type Dispatch,
  input,
  type Kernel,
  type KernelCall,
  type KernelRule,
  type KernelTraits,
  type Operand,
  result,
} from './kernel.ts';
import { addScratch, draftKernel, type KernelDraft } from './matrix-product.ts';
import everyImageCode from './norm-every-image.wgsl?raw';
import gradientMeansCode from './norm-gradient-means.wgsl?raw';
import gradientPlanesCode from './norm-gradient-planes.wgsl?raw';
import gradientScaledCode from './norm-gradient-scaled.wgsl?raw';
import gradientUnscaledCode from './norm-gradient-unscaled.wgsl?raw';
import gradientCode from './norm-gradient.wgsl?raw';
import momentsCode from './norm-moments.wgsl?raw';
import planesCode from './norm-planes.wgsl?raw';
import scaledCode from './norm-scaled.wgsl?raw';
import statisticsCode from './norm-statistics.wgsl?raw';
import unscaledCode from './norm-unscaled.wgsl?raw';
import weightedImagesCode from './norm-weighted-images.wgsl?raw';
import normCode from './norm.wgsl?raw';
import { partialSumsDispatch } from './partial-sums.ts';

type NormKind =
  | 'groupNorm'
  | 'groupNormInputGradient'
  | 'groupNormScaleGradient'
  | 'batchNormTraining'
  | 'batchNormInputGradient'
  | 'batchNormScaleGradient'
  | 'weightStandardize'
  | 'weightStandardizeGradient';

type Shape = readonly number[];

/** A tensor as planes of neighbours, and which of them share a mean. */
interface Planes {
  readonly count: number;
  readonly length: number;
  readonly perImage: number;
  /** Means, each of `perMean` neighbouring planes of an image or, where `isBatch`, of a channel's plane of every image. */
  readonly means: number;
  readonly perMean: number;
  readonly isBatch: boolean;
}

function planesOfGroups([n, c, ...pixels]: Shape, groups: number): Planes {
  const [images, channels] = [n as number, c as number];
  const sizes = { count: images * channels, length: elementCount(pixels), perImage: channels };
  return { ...sizes, means: images * groups, perMean: channels / groups, isBatch: false };
}

function planesOfChannels([n, c, ...pixels]: Shape): Planes {
  const [images, channels] = [n as number, c as number];
  const sizes = { count: images * channels, length: elementCount(pixels), perImage: channels };
  return { ...sizes, means: channels, perMean: 1, isBatch: true };
}

function planesOfRows([rows, ...row]: Shape): Planes {
  const count = rows as number;
  return { count, length: elementCount(row), perImage: count, means: count, perMean: 1, isBatch: false };
}

/** Where a plane's mean stands. */
const meanConstants = ({ perMean, means }: Planes) => ({ PLANES_PER_MEAN: perMean, MEANS: means });

function dispatchOf(
  code: string,
  constants: Readonly<Record<string, number>>,
  bindings: readonly Operand[],
  workgroups: Dispatch['workgroups'],
): Dispatch {
  return { class: 'normalisation', code, constants, bindings, workgroups };
}

/** The moments of each plane of input 0, in scratch. */
function addMoments(draft: KernelDraft, { count, length }: Planes, traits: KernelTraits): Operand {
  const moments = addScratch(draft, 2 * count);
  draft.dispatches.push(
    dispatchOf(
      planesCode + momentsCode,
      { COUNT: count, LENGTH: length },
      [input(0), moments],
      foldWorkgroups(count, traits),
    ),
  );
  return moments;
}

/** Input 0 normalised, times input 1 plus input 2 where it is scaled. */
function normaliseDispatch(
  planes: Planes,
  [mean, rstd]: readonly [Operand, Operand],
  isScaled: boolean,
  traits: KernelTraits,
): Dispatch {
  const { count, length, perImage } = planes;
  return dispatchOf(
    statisticsCode + (isScaled ? scaledCode : unscaledCode) + normCode,
    {
      COUNT: count * length,
      LENGTH: length,
      ...meanConstants(planes),
      ...(isScaled ? { CHANNELS: perImage } : {}),
    },
    [input(0), mean, rstd, result(), ...(isScaled ? [input(1), input(2)] : [])],
    workgroupsFor(count * length, traits),
  );
}

/** A norm over groups of neighbouring planes; its statistics are results 1 and 2 where they are kept. */
function groupKernel(
  planes: Planes,
  {
    epsilon,
    isScaled,
    isKept,
  }: { readonly epsilon: number; readonly isScaled: boolean; readonly isKept: boolean },
  traits: KernelTraits,
): Kernel {
  return draftKernel((draft) => {
    const moments = addMoments(draft, planes, traits);
    const { means, perMean, length } = planes;
    const statistics = ([1, 2] as const).map((index) =>
      isKept ? result(index) : addScratch(draft, means),
    ) as [Operand, Operand];
    draft.dispatches.push(
      dispatchOf(
        groupStatisticsCode,
        { GROUPS: means, PLANES: perMean, LENGTH: length, EPSILON: epsilon },
        [moments, ...statistics],
        workgroupsFor(means, traits),
      ),
      normaliseDispatch(planes, statistics, isScaled, traits),
    );
  });
}

/** Sums of each plane in scratch: of dOut n, then of dOut. Inputs 0 and 1 are dOut and x. */
function addGradientSums(
  draft: KernelDraft,
  planes: Planes,
  [mean, rstd]: readonly [Operand, Operand],
  traits: KernelTraits,
): Operand {
  const sums = addScratch(draft, 2 * planes.count);
  draft.dispatches.push(
    dispatchOf(
      planesCode + gradientPlanesCode,
      { COUNT: planes.count, LENGTH: planes.length, ...meanConstants(planes) },
      [input(0), input(1), mean, rstd, sums],
      foldWorkgroups(planes.count, traits),
    ),
  );
  return sums;
}

/** dx. Inputs: dOut, x, the scale where there is one, mean, rstd, and the images' weights of a batch norm. */
function inputGradientKernel(planes: Planes, isScaled: boolean, traits: KernelTraits): Kernel {
  const { count, length, perImage, means, perMean, isBatch } = planes;
  const statistics = isScaled ? ([input(3), input(4)] as const) : ([input(2), input(3)] as const);
  const prelude =
    (isScaled ? gradientScaledCode : gradientUnscaledCode) + (isBatch ? weightedImagesCode : everyImageCode);
  const optional = [...(isScaled ? [input(2)] : []), ...(isBatch ? [input(5)] : [])];
  const channels = isScaled ? { CHANNELS: perImage } : {};
  const shared = isBatch
    ? { FIRST: 1, PLANES: count / perImage, STEP: perImage }
    : { FIRST: perMean, PLANES: perMean, STEP: 1 };
  return draftKernel((draft) => {
    const sums = addGradientSums(draft, planes, statistics, traits);
    const taken = addScratch(draft, 2 * means);
    draft.dispatches.push(
      dispatchOf(
        prelude + gradientMeansCode,
        { ...channels, PLANES_PER_IMAGE: perImage, ...shared, MEANS: means, COUNT: count, LENGTH: length },
        [sums, taken, ...optional],
        workgroupsFor(means, traits),
      ),
      dispatchOf(
        statisticsCode + prelude + gradientCode,
        {
          ...channels,
          PLANES_PER_IMAGE: perImage,
          ...meanConstants(planes),
          COUNT: count * length,
          LENGTH: length,
        },
        [input(0), input(1), ...statistics, taken, result(), ...optional],
        workgroupsFor(count * length, traits),
      ),
    );
  });
}

/** dScale of each channel. Inputs: dOut, x, mean, rstd. */
function scaleGradientKernel(planes: Planes, traits: KernelTraits): Kernel {
  const { count, perImage } = planes;
  return draftKernel((draft) => {
    const sums = addGradientSums(draft, planes, [input(2), input(3)], traits);
    const sizes = { parts: count / perImage, count: perImage };
    draft.dispatches.push(partialSumsDispatch('normalisation', sizes, [sums, result()], traits));
  });
}

/** The second input of a gradient. */
const shapeOfX = ({ inputs }: Pick<KernelCall<NormKind>, 'inputs'>) => inputs[1] as Shape;

export const normKernelRules: {
  readonly [K in NormKind & keyof (MapOperations & MapGradients)]: KernelRule<K>;
} = {
  groupNorm({ attributes: { groups, epsilon }, inputs, results }, traits) {
    const how = { epsilon, isScaled: true, isKept: results.length > 1 };
    return groupKernel(planesOfGroups(inputs[0] as Shape, groups), how, traits);
  },
  groupNormInputGradient: (call, traits) =>
    inputGradientKernel(planesOfGroups(shapeOfX(call), call.attributes.groups), true, traits),
  groupNormScaleGradient: (call, traits) =>
    scaleGradientKernel(planesOfGroups(shapeOfX(call), call.attributes.groups), traits),
  batchNormTraining({ attributes: { epsilon, momentum }, inputs }, traits) {
    const planes = planesOfChannels(inputs[0] as Shape);
    const { count, perImage, length } = planes;
    return draftKernel((draft) => {
      const moments = addMoments(draft, planes, traits);
      const running = [input(3), input(4), input(5)];
      draft.dispatches.push(
        dispatchOf(
          batchStatisticsCode,
          {
            CHANNELS: perImage,
            IMAGES: count / perImage,
            LENGTH: length,
            EPSILON: epsilon,
            MOMENTUM: momentum,
          },
          [moments, ...running, result(1), result(2), result(3), result(4)],
          workgroupsFor(perImage, traits),
        ),
        normaliseDispatch(planes, [result(1), result(2)], true, traits),
      );
    });
  },
  batchNormInputGradient: (call, traits) =>
    inputGradientKernel(planesOfChannels(shapeOfX(call)), true, traits),
  batchNormScaleGradient: (call, traits) => scaleGradientKernel(planesOfChannels(shapeOfX(call)), traits),
  weightStandardize({ attributes: { epsilon }, inputs, results }, traits) {
    const how = { epsilon, isScaled: false, isKept: results.length > 1 };
    return groupKernel(planesOfRows(inputs[0] as Shape), how, traits);
  },
  weightStandardizeGradient: (call, traits) =>
    inputGradientKernel(planesOfRows(shapeOfX(call)), false, traits),
};
