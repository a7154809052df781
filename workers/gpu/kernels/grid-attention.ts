/**
 * The kernel of attention in a grid: no scores are stored, windows are index arithmetic, and positions of windows beyond the
 * grid are no tokens but a few numbers of each query. Scratch holds the relative terms of each query: one for each row and
 * column of its window, one for padding.
 */
import { elementCount } from '../../../models/graph/shape.ts';
import { attentionTexts } from './attention.ts';
import { attentionLine, onWholeQuads } from './attention-heads.ts';
import { gridAttentionGradient } from './grid-attention-gradient.ts';
import { gridOf, relativeDispatches } from './grid-attention-layout.ts';
import paddingCode from './grid-attention-padding.wgsl?raw';
import paddingTermsCode from './grid-attention-padding-terms.wgsl?raw';
import {
  gridAttentionPaddingGradient,
  gridAttentionTableGradient,
} from './grid-attention-table-gradients.ts';
import tokensCode from './grid-attention-tokens.wgsl?raw';
import { type Dispatch, input, type KernelRule, result, scratch } from './kernel.ts';

/** Attends to the tokens of each window tile by tile, then adds the positions beyond the grid. */
const gridAttention: KernelRule<'gridAttention'> = ({ attributes, inputs, results }, traits) => {
  const [qkv, out] = [inputs[0] as number[], results[0] as number[]];
  const grid = gridOf(qkv, attributes);
  const logSumExp = results.length > 1 ? result(1) : scratch(1);
  const tiles: Dispatch = {
    class: 'attention',
    code: [tokensCode, attentionTexts(grid.heads, traits).forward].join('\n'),
    constants: grid.tileConstants,
    bindings: [input(0), input(0), scratch(0), result(0), logSumExp],
    workgroups: grid.tiles,
  };
  const padding = attentionLine(
    [paddingTermsCode, paddingCode].join('\n'),
    grid.queryCount,
    grid.paddingConstants,
    [input(3), scratch(0), result(0), logSumExp],
    traits,
  );
  const kernel = {
    dispatches: [
      ...relativeDispatches(grid, 0, scratch(0), traits),
      tiles,
      ...(grid.window === null ? [] : [padding]),
    ],
    scratch: results.length > 1 ? [grid.termCount] : [grid.termCount, grid.queryCount],
  };
  const tensors = { inputs: inputs.map(elementCount), results: [elementCount(out)] };
  return onWholeQuads(kernel, grid.heads, tensors, traits);
};

/** The kernels of attention in a grid, forward and backward. */
export const gridAttentionKernelRules = {
  gridAttention,
  gridAttentionGradient,
  gridAttentionTableGradient,
  gridAttentionPaddingGradient,
};
