/**
 * Kernels of plain attention, forward and backward: no scores are stored. The texts are put together from those that both
 * attentions share and those that tell where tokens lie.
 */
import { elementCount } from '../../../models/graph/shape.ts';
import forwardCode from './attention-forward.wgsl?raw';
import gradientCode from './attention-gradient.wgsl?raw';
import { attentionLine, headsOf, type Heads, onWholeQuads, scaleOf, TILE } from './attention-heads.ts';
import keyGradientCode from './attention-key-gradient.wgsl?raw';
import keyResultsCode from './attention-key-results.wgsl?raw';
import keyStoresCode from './attention-key-stores.wgsl?raw';
import noRelativeCode from './attention-no-relative.wgsl?raw';
import queryGradientCode from './attention-query-gradient.wgsl?raw';
import queryResultsCode from './attention-query-results.wgsl?raw';
import { forwardText, keyGradientText, queryGradientText } from './attention-registers.ts';
import resultsCode from './attention-results.wgsl?raw';
import statisticsCode from './attention-statistics.wgsl?raw';
import tileCode from './attention-tile.wgsl?raw';
import tokensCode from './attention-tokens.wgsl?raw';
import {
  type Dispatch,
  input,
  type KernelRule,
  type KernelTraits,
  type Operand,
  result,
  scratch,
} from './kernel.ts';

/** Texts of the kernels, without where tokens lie. */
interface AttentionTexts {
  readonly forward: string;
  /** Also without what becomes of the relative terms, and of where gradients of keys are stored. */
  readonly queryGradient: string;
  readonly keyGradient: string;
}

/** The texts for heads, of the adapter's variant. */
export function attentionTexts({ quads }: Heads, { isSoftware }: KernelTraits): AttentionTexts {
  const mains = isSoftware
    ? [forwardText(quads), queryGradientText(quads), keyGradientText(quads)]
    : [forwardCode, queryGradientCode, keyGradientCode];
  const [forward, queryGradient, keyGradient] = mains as [string, string, string];
  return {
    forward: [tileCode, resultsCode, forward].join('\n'),
    queryGradient: [tileCode, gradientCode, queryResultsCode, queryGradient].join('\n'),
    keyGradient: [tileCode, gradientCode, keyResultsCode, keyGradient].join('\n'),
  };
}

/** What a query's gradient reads beside the operands: (logSumExp, delta). `queries` are those of an image. */
export function statisticsDispatch(
  { heads, quads }: Heads,
  { images, queries }: { readonly images: number; readonly queries: number },
  bindings: readonly [dOut: Operand, out: Operand, logSumExp: Operand, statistics: Operand],
  traits: KernelTraits,
): Dispatch {
  const count = images * heads * queries;
  const constants = { HEADS: heads, QUADS: quads, QUERIES: queries, COUNT: count };
  return attentionLine(statisticsCode, count, constants, bindings, traits);
}

/** Sizes of an attention of q [N,T,C] with k [N,S,C]. */
function sizesOf(q: readonly number[], k: readonly number[], headCount: number) {
  const [images, queries, channels] = q as [number, number, number];
  const keys = k[1] as number;
  const heads = headsOf(channels, headCount);
  const constants = {
    HEADS: heads.heads,
    QUADS: heads.quads,
    QUERIES: queries,
    KEYS: keys,
    SCALE: scaleOf(heads),
  };
  const tiles = (count: number) => [Math.ceil(count / TILE), 1, images * heads.heads] as const;
  return { images, queries, keys, heads, constants, tiles };
}

/** The kernels of plain attention, forward and backward. */
export const attentionKernelRules: {
  readonly [K in 'attention' | 'attentionGradient']: KernelRule<K>;
} = {
  attention({ attributes, inputs, results }, traits) {
    const [q, k, v] = inputs as [number[], number[], number[]];
    const { images, queries, heads, constants, tiles } = sizesOf(q, k, attributes.heads);
    const isKept = results.length > 1;
    const kernel = {
      dispatches: [
        {
          class: 'attention',
          code: [tokensCode, attentionTexts(heads, traits).forward].join('\n'),
          constants,
          bindings: [input(0), input(1), input(2), result(0), isKept ? result(1) : scratch(0)],
          workgroups: tiles(queries),
        },
      ],
      scratch: isKept ? [] : [images * heads.heads * queries],
    };
    const tensors = { inputs: [q, k, v].map(elementCount), results: [elementCount(q)] };
    return onWholeQuads(kernel, heads, tensors, traits);
  },
  attentionGradient({ attributes, inputs }, traits) {
    const [, q, k] = inputs as [number[], number[], number[]];
    const { images, queries, keys, heads, constants, tiles } = sizesOf(q, k, attributes.heads);
    const statistics = scratch(0);
    const { queryGradient, keyGradient } = attentionTexts(heads, traits);
    const operands = [input(1), input(2), input(3), input(0), statistics];
    const kernel = {
      dispatches: [
        statisticsDispatch(heads, { images, queries }, [input(0), input(4), input(5), statistics], traits),
        {
          class: 'attention',
          code: [tokensCode, noRelativeCode, queryGradient].join('\n'),
          constants: { ...constants, GRADIENT_STRIDE: heads.heads * heads.quads },
          bindings: [...operands, result(0)],
          workgroups: tiles(queries),
        },
        {
          class: 'attention',
          code: [tokensCode, keyStoresCode, keyGradient].join('\n'),
          constants,
          bindings: [...operands, result(1), result(2)],
          workgroups: tiles(keys),
        },
      ],
      scratch: [2 * images * heads.heads * queries],
    };
    const counts = inputs.map(elementCount);
    const tensors = { inputs: counts.slice(0, 5), results: counts.slice(1, 4) };
    return onWholeQuads(kernel, heads, tensors, traits);
  },
};
