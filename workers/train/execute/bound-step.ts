/** The steps of a plan with their pipelines, bind groups and buffers, made once and encoded again and again. */
import { invariant } from '../../../core/errors.ts';
import type { Dispatch } from '../../gpu/kernels/kernel.ts';
import type { CopyEnd, PlanStep } from '../plan/plan.ts';
import type { RegionBuffers } from './region-buffers.ts';

/** Where in a run a programme is encoded: moves the ends of copies. */
export interface Position {
  readonly microBatch: number;
  /** The report's slot of the step. */
  readonly slot: number;
}

/** One end of a copy: where it is in a run's first position, and how far each of the others is. */
export interface BoundEnd {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly strideBytes: number;
  readonly by: CopyEnd['by'];
}

export type BoundStep =
  | { readonly kind: 'clear'; readonly buffer: GPUBuffer; readonly offset: number; readonly size: number }
  | { readonly kind: 'copy'; readonly from: BoundEnd; readonly to: BoundEnd; readonly size: number }
  | {
      readonly kind: 'dispatch';
      readonly class: string;
      readonly pipeline: GPUComputePipeline;
      readonly bindGroup: GPUBindGroup;
      readonly workgroups: Dispatch['workgroups'];
      readonly flops: number;
    };

/** The byte that an end of a copy begins at. */
export function offsetAt({ offset, strideBytes, by }: BoundEnd, { microBatch, slot }: Position): number {
  const index = { nothing: 0, microBatch, step: slot }[by];
  return offset + strideBytes * index;
}

/** Binds a programme. Made under an error scope of the caller's: what the device refuses it says there. */
export function bindProgramme(
  device: GPUDevice,
  steps: readonly PlanStep[],
  buffers: RegionBuffers,
  pipelineOf: (dispatch: Dispatch) => GPUComputePipeline,
): BoundStep[] {
  const bindEnd = (end: CopyEnd): BoundEnd => {
    const { buffer, offset } = buffers.rangeOf(end);
    return { buffer, offset, strideBytes: end.strideBytes, by: end.by };
  };
  const bindDispatch = (step: Extract<PlanStep, { readonly kind: 'dispatch' }>): BoundStep => {
    const { dispatch, places, flops, node } = step;
    invariant(places.length === dispatch.bindings.length, `'${node}' binds another count than its kernel`);
    const pipeline = pipelineOf(dispatch);
    const bindGroup = device.createBindGroup({
      label: node,
      layout: pipeline.getBindGroupLayout(0),
      entries: places.map((place, binding) => ({ binding, resource: buffers.rangeOf(place) })),
    });
    const { class: kernelClass, workgroups } = dispatch;
    return { kind: 'dispatch', class: kernelClass, pipeline, bindGroup, workgroups, flops };
  };
  return steps.map((step) => {
    switch (step.kind) {
      case 'clear':
        return { kind: 'clear', ...buffers.rangeOf(step.place) };
      case 'copy':
        return { kind: 'copy', from: bindEnd(step.from), to: bindEnd(step.to), size: step.sizeBytes };
      default:
        return bindDispatch(step);
    }
  });
}
