/**
 * What the kernels of both attentions share: heads as quads of channels, and the detour of heads whose width is no multiple of
 * four. Kernels count in whole quads; the detour widens what they read and narrows what they write.
 */
import { invariant } from '../../../core/errors.ts';
import widthCode from './attention-head-width.wgsl?raw';
import { workgroupsFor } from './grid.ts';
import { type Dispatch, type Kernel, type KernelTraits, type Operand, scratch } from './kernel.ts';

/** Elements of a quad: kernels of attention read four channels at a time. */
export const QUAD = 4;
/** Queries, and keys, of a tile: `BLOCK` of attention-tile.wgsl. */
export const TILE = 32;
/** An invocation of a tile keeps up to three quads for each of its tokens, and eight invocations share a token. */
const MAX_QUADS = 24;

export interface Heads {
  readonly heads: number;
  /** Channels of a head. */
  readonly width: number;
  /** Quads of a head, the last one perhaps in part. */
  readonly quads: number;
}

/** How the channels of a token make heads. Errors: `internal/invariant` for heads of more than 96 channels. */
export function headsOf(channels: number, heads: number): Heads {
  const width = channels / heads;
  const quads = Math.ceil(width / QUAD);
  invariant(quads <= MAX_QUADS, `heads of ${width} channels are wider than the attention kernels take`);
  return { heads, width, quads };
}

/** 1 / sqrt(D), which the products of queries and keys are multiplied by. */
export const scaleOf = ({ width }: Heads) => 1 / Math.sqrt(width);

/** One dispatch of one invocation for each of `count` things. */
export function attentionLine(
  code: string,
  count: number,
  constants: Readonly<Record<string, number>>,
  bindings: readonly Operand[],
  traits: KernelTraits,
): Dispatch {
  return { class: 'attention', code, constants, bindings, workgroups: workgroupsFor(count, traits) };
}

/** Elements of the tensors that are made of heads, by their index; undefined for those that are not. */
export interface HeadTensors {
  readonly inputs: readonly (number | undefined)[];
  readonly results: readonly (number | undefined)[];
}

/**
 * The kernel itself where heads are whole quads; else the kernel on widened copies of the tensors made of heads. `kernel` must
 * take heads of `quads` quads, whatever their width.
 */
export function onWholeQuads(
  kernel: Kernel,
  { width, quads }: Heads,
  tensors: HeadTensors,
  traits: KernelTraits,
): Kernel {
  const wide = quads * QUAD;
  if (width === wide) return kernel;
  const sizes = [...kernel.scratch];
  const stand = { input: new Map<number, Operand>(), result: new Map<number, Operand>() };
  const copy = (
    from: Operand,
    to: Operand,
    rows: number,
    [fromWidth, toWidth]: readonly [number, number],
  ) => {
    const constants = { FROM_WIDTH: fromWidth, TO_WIDTH: toWidth, COUNT: rows * toWidth };
    return attentionLine(widthCode, rows * toWidth, constants, [from, to], traits);
  };
  const copies = (from: 'input' | 'result', counts: readonly (number | undefined)[]) =>
    counts.flatMap((count, index) => {
      if (count === undefined) return [];
      const rows = count / width;
      const widened = scratch(sizes.push(rows * wide) - 1);
      stand[from].set(index, widened);
      return [
        from === 'input'
          ? copy({ from, index }, widened, rows, [width, wide])
          : copy(widened, { from, index }, rows, [wide, width]),
      ];
    });
  const before = copies('input', tensors.inputs);
  const after = copies('result', tensors.results);
  const replace = (operand: Operand) =>
    operand.from === 'scratch' ? operand : (stand[operand.from].get(operand.index) ?? operand);
  const inner = kernel.dispatches.map((dispatch) => ({
    ...dispatch,
    bindings: dispatch.bindings.map(replace),
  }));
  return { dispatches: [...before, ...inner, ...after], scratch: sizes };
}
