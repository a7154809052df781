/** Kernels of the losses. */
import type { GroupMethod, LossOperations } from '../../../models/graph/gradient-ops/losses.ts';
import classificationCode from './classification-loss.wgsl?raw';
import { workgroupsFor, foldWorkgroups } from './grid.ts';
import groupDroCode from './group-dro.wgsl?raw';
import groupLossesCode from './group-losses.wgsl?raw';
import { type Dispatch, input, type KernelRule, type Operand, result, scratch } from './kernel.ts';
import derivativesCode from './loss-derivatives.wgsl?raw';
import termsCode from './loss-terms.wgsl?raw';
import gradientCode from './segmentation-gradient.wgsl?raw';
import lossCode from './segmentation-loss.wgsl?raw';
import softmaxCode from './segmentation-softmax.wgsl?raw';
import sumsCode from './segmentation-sums.wgsl?raw';
import totalsCode from './segmentation-totals.wgsl?raw';

/** Pixels that a workgroup sums: 16 for each lane. */
const CHUNK = 1024;

const ONE_WORKGROUP = [1, 1, 1] as const;

function dispatch(
  code: string,
  constants: Readonly<Record<string, number>>,
  bindings: readonly Operand[],
  workgroups: readonly [number, number, number] = ONE_WORKGROUP,
): Dispatch {
  return { class: 'loss', code, constants, bindings, workgroups };
}

/** The number that group-losses.wgsl knows a method by. */
function febsNumber(method: GroupMethod): number {
  if (method.kind !== 'febs') return 0;
  return method.minimum === 'present' ? 1 : 2;
}

function mapSizes(inputs: readonly (readonly number[])[]) {
  const [images, classes, height, width] = inputs[0] as [number, number, number, number];
  return { images, classes, pixels: height * width };
}

export const lossKernelRules: { readonly [K in keyof LossOperations]: KernelRule<K> } = {
  segmentationSums({ inputs }, traits) {
    const { images, classes, pixels } = mapSizes(inputs);
    const sizes = { CLASSES: classes, PIXELS: pixels };
    const maps = images * classes;
    const chunks = Math.ceil(pixels / CHUNK);
    const [x, y] = foldWorkgroups(maps, traits);
    const [softmax, partial] = [scratch(0), scratch(1)];
    const count = images * pixels;
    return {
      dispatches: [
        dispatch(softmaxCode, { COUNT: count, ...sizes }, [input(0), softmax], workgroupsFor(count, traits)),
        dispatch(
          sumsCode,
          { MAPS: maps, CHUNK, ...sizes },
          [input(0), input(1), softmax, partial],
          [x, y, chunks],
        ),
        dispatch(
          totalsCode,
          { MAPS: maps, CHUNKS: chunks, ...sizes },
          [partial, result(0), result(1)],
          [Math.ceil((4 * maps) / 64), 1, 1],
        ),
      ],
      scratch: [2 * count, 4 * maps * chunks],
    };
  },
  segmentationLoss({ attributes, inputs }) {
    const { groupCount, method, smoothing, crossEntropyWeight, diceWeight } = attributes;
    const [images, , classes] = inputs[0] as [number, number, number];
    const isDro = method.kind === 'groupDro';
    const sizes = { CLASSES: classes, GROUPS: groupCount };
    const weights = { CROSS_ENTROPY_WEIGHT: crossEntropyWeight, DICE_WEIGHT: diceWeight };
    const ofImages = [Math.ceil(images / 64), 1, 1] as const;
    const [sums, crossEntropy, group, sampleWeight] = [0, 1, 2, 3].map(input) as [
      Operand,
      Operand,
      Operand,
      Operand,
    ];
    const [groupLoss, groupSize, dSums, dCrossEntropy, nextGroupWeight] = [3, 4, 5, 6, 7].map(result) as [
      Operand,
      Operand,
      Operand,
      Operand,
      Operand,
    ];
    const [groupTerms, scales, batchTerms] = [0, 1, 2].map(scratch) as [Operand, Operand, Operand];
    const terms = { IMAGES: images, CLASSES: classes, SMOOTHING: smoothing };
    // A binding that is not looked into is given a tensor that is there anyway.
    const groupWeight = isDro ? nextGroupWeight : groupLoss;
    const setCount = groupCount + 1;
    return {
      dispatches: [
        dispatch(
          termsCode,
          { ...terms, SETS: setCount, IS_BY_GROUP: 1, HAS_SCALES: 0 },
          [sums, crossEntropy, group, sampleWeight, sampleWeight, groupTerms],
          [Math.ceil(setCount / 64), 1, 1],
        ),
        dispatch(
          groupLossesCode,
          {
            ...sizes,
            ...weights,
            IMAGES: images,
            METHOD: febsNumber(method),
            GAMMA: method.kind === 'febs' ? method.gamma : 0,
          },
          [groupTerms, group, groupLoss, groupSize, scales],
        ),
        ...(isDro
          ? [
              dispatch(groupDroCode, { GROUPS: groupCount, RATE: method.rate }, [
                input(4),
                groupLoss,
                nextGroupWeight,
              ]),
            ]
          : []),
        dispatch(termsCode, { ...terms, SETS: 1, IS_BY_GROUP: 0, HAS_SCALES: 1 }, [
          sums,
          crossEntropy,
          group,
          sampleWeight,
          scales,
          batchTerms,
        ]),
        dispatch(lossCode, { ...sizes, ...weights, IS_DRO: isDro ? 1 : 0 }, [
          batchTerms,
          groupLoss,
          groupWeight,
          result(0),
          result(1),
          result(2),
        ]),
        dispatch(
          derivativesCode,
          { ...sizes, ...weights, IMAGES: images, IS_DRO: isDro ? 1 : 0 },
          [isDro ? groupTerms : batchTerms, group, sampleWeight, scales, groupWeight, dSums, dCrossEntropy],
          ofImages,
        ),
      ],
      scratch: [setCount * (3 + 2 * classes), images, 3 + 2 * classes],
    };
  },
  segmentationGradient({ inputs }, traits) {
    const { images, classes, pixels } = mapSizes(inputs);
    const count = images * pixels;
    const bindings = [input(0), input(1), input(2), input(3), result(0)];
    const constants = { COUNT: count, CLASSES: classes, PIXELS: pixels };
    return {
      dispatches: [dispatch(gradientCode, constants, bindings, workgroupsFor(count, traits))],
      scratch: [],
    };
  },
  classificationLoss({ attributes: { weight }, inputs }) {
    const [images, classes] = inputs[0] as [number, number];
    const constants = { IMAGES: images, CLASSES: classes, FACTOR: weight };
    const bindings = [input(0), input(1), input(2), result(0), result(1)];
    return { dispatches: [dispatch(classificationCode, constants, bindings)], scratch: [] };
  },
};
