/** Kernels of layer norm along one axis, forward and backward. */
import { elementCount } from '../../../models/graph/shape.ts';
import { foldWorkgroups, LINE_WORKGROUP, workgroupsFor } from './grid.ts';
import type { KernelRule, KernelTraits, Operand } from './kernel.ts';
import forwardCode from './layer-norm.wgsl?raw';
import inputGradientCode from './layer-norm-gradient.wgsl?raw';
import rowsCode from './layer-norm-rows.wgsl?raw';
import scaleGradientCode from './layer-norm-scale-gradient.wgsl?raw';
import { partCount, partialSumsDispatch } from './partial-sums.ts';

/** Invocations that share a row whose elements are neighbours, where threads read memory together. */
const LANES = 32;

const inputs = (count: number): Operand[] =>
  Array.from({ length: count }, (_, index) => ({ from: 'input', index }));

/** A tensor as [outer, CHANNELS, INNER]; `COUNT` rows, of one outer and inner position each. */
function axisConstants(shape: readonly number[], axis: number) {
  const channels = shape[axis] as number;
  return {
    CHANNELS: channels,
    INNER: elementCount(shape.slice(axis + 1)),
    COUNT: elementCount(shape) / channels,
  };
}

/** The same, with how many invocations share a row, and the workgroups for all rows. */
function rowsOf(shape: readonly number[], axis: number, traits: KernelTraits) {
  const constants = axisConstants(shape, axis);
  // On the CPU barriers cost more than neighbours in memory save; rows across memory are neighbours of each other.
  const lanes = traits.isSoftware || constants.INNER > 1 ? 1 : LANES;
  return {
    constants: { ...constants, LANES: lanes },
    workgroups: foldWorkgroups(Math.ceil((constants.COUNT * lanes) / LINE_WORKGROUP), traits),
  };
}

/** The kernels of layer norm, forward and backward. */
export const layerNormKernelRules: {
  readonly [K in 'layerNorm' | 'layerNormInputGradient' | 'layerNormScaleGradient']: KernelRule<K>;
} = {
  layerNorm({ attributes, inputs: [x], results }, traits) {
    const { constants, workgroups } = rowsOf(x as number[], attributes.axis, traits);
    const isKept = results.length > 1;
    const statistics = [0, 1].map((index): Operand =>
      isKept ? { from: 'result', index: index + 1 } : { from: 'scratch', index },
    );
    return {
      dispatches: [
        {
          class: 'normalisation',
          code: [rowsCode, forwardCode].join('\n'),
          constants: { ...constants, EPSILON: attributes.epsilon },
          bindings: [...inputs(3), { from: 'result', index: 0 }, ...statistics],
          workgroups,
        },
      ],
      scratch: isKept ? [] : [constants.COUNT, constants.COUNT],
    };
  },
  layerNormInputGradient({ attributes, inputs: [, x] }, traits) {
    const { constants, workgroups } = rowsOf(x as number[], attributes.axis, traits);
    const code = [rowsCode, inputGradientCode].join('\n');
    const bindings = [...inputs(5), { from: 'result', index: 0 } as const];
    return { dispatches: [{ class: 'normalisation', code, constants, bindings, workgroups }], scratch: [] };
  },
  layerNormScaleGradient({ attributes, inputs: [, x] }, traits) {
    const axis = axisConstants(x as number[], attributes.axis);
    const count = axis.CHANNELS;
    const parts = partCount(count, axis.COUNT);
    const sums = { from: 'scratch', index: 0 } as const;
    return {
      dispatches: [
        {
          class: 'normalisation',
          code: scaleGradientCode,
          constants: { ...axis, PARTS: parts },
          bindings: [...inputs(4), sums],
          workgroups: workgroupsFor(parts * count, traits),
        },
        partialSumsDispatch('normalisation', { parts, count }, [sums, { from: 'result', index: 0 }], traits),
      ],
      scratch: [parts * count],
    };
  },
};
