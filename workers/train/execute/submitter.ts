/**
 * Encodes bound steps and submits them in portions, a few of which are under way at a time: the device never waits for this
 * thread, and the queue never grows long.
 */
import type { GpuContext } from '../../gpu/device.ts';
import { type BoundStep, offsetAt, type Position } from './bound-step.ts';
import type { ErrorWatch } from './error-watch.ts';
import type { Pace } from './pace.ts';
import type { Profiler } from './profiler.ts';

/** Submits of full size that are under way at a time: one is worked on, and one is ready when it ends. */
const PORTIONS_UNDER_WAY = 3;

export interface Submitter {
  /** Time of this thread spent encoding and submitting so far. */
  readonly hostMs: number;
  /** Calls of the device that count as host time, the device's refusals kept. */
  host<T>(calls: () => T): T;
  /** Encodes a programme, and submits as often as the pace says. With a profiler each class has passes of its own. */
  encode(steps: readonly BoundStep[], position: Position, profiler?: Profiler): Promise<void>;
  /** Submits what is encoded. Gives the end of its work, to be waited for or not: it never rejects unhandled. */
  submit(): Promise<{ readonly done: Promise<void> }>;
}

interface Portion {
  readonly flops: number;
  readonly done: Promise<void>;
}

/** A submitter of the device. Errors of its methods: `gpu/device-lost`, `runtime/run-failed`. */
export function createSubmitter(gpu: GpuContext, watch: ErrorWatch, pace: Pace): Submitter {
  const { device } = gpu;
  const underWay = new Set<Portion>();
  let encoder: GPUCommandEncoder | undefined;
  let pass: { readonly encoder: GPUComputePassEncoder; readonly class: string | undefined } | undefined;
  let pipeline: GPUComputePipeline | undefined;
  let [encodedFlops, hostMs, lastDoneMs] = [0, 0, 0];

  function timed<T>(calls: () => T): T {
    const startMs = performance.now();
    try {
      return calls();
    } finally {
      hostMs += performance.now() - startMs;
    }
  }
  function open(): GPUCommandEncoder {
    encoder ??= device.createCommandEncoder({ label: 'training' });
    return encoder;
  }
  function endPass(): void {
    pass?.encoder.end();
    pass = undefined;
    pipeline = undefined;
  }
  /** The pass that a dispatch of this class goes into. */
  function passFor(kernelClass: string, profiler: Profiler | undefined): GPUComputePassEncoder {
    const wanted = profiler === undefined ? undefined : kernelClass;
    if (pass?.class !== wanted) endPass();
    if (pass === undefined) {
      const timestampWrites = profiler?.beginPass(kernelClass);
      const descriptor = timestampWrites === undefined ? {} : { timestampWrites };
      pass = { encoder: open().beginComputePass(descriptor), class: wanted };
    }
    return pass.encoder;
  }
  function encodeStep(step: BoundStep, position: Position, profiler: Profiler | undefined): void {
    switch (step.kind) {
      case 'clear':
        endPass();
        open().clearBuffer(step.buffer, step.offset, step.size);
        return;
      case 'copy': {
        endPass();
        const { from, to, size } = step;
        open().copyBufferToBuffer(
          from.buffer,
          offsetAt(from, position),
          to.buffer,
          offsetAt(to, position),
          size,
        );
        return;
      }
      case 'dispatch': {
        const into = passFor(step.class, profiler);
        if (pipeline !== step.pipeline) into.setPipeline(step.pipeline);
        pipeline = step.pipeline;
        into.setBindGroup(0, step.bindGroup);
        into.dispatchWorkgroups(...step.workgroups);
        profiler?.countDispatch(step.class);
        encodedFlops += step.flops;
      }
    }
  }
  /** Encodes from `start` on until a portion is full; gives where it stopped. */
  function encodePortion(
    steps: readonly BoundStep[],
    start: number,
    position: Position,
    profiler?: Profiler,
  ): number {
    let at = start;
    while (at < steps.length && encodedFlops < pace.flopsPerSubmit) {
      encodeStep(steps[at] as BoundStep, position, profiler);
      at++;
    }
    return at;
  }
  function submitEncoded(): Portion {
    endPass();
    device.queue.submit([open().finish()]);
    encoder = undefined;
    const [flops, submittedMs] = [encodedFlops, performance.now()];
    encodedFlops = 0;
    const done = gpu.whileAlive(device.queue.onSubmittedWorkDone()).then(() => {
      const doneMs = performance.now();
      pace.learn(flops, doneMs - Math.max(submittedMs, lastDoneMs));
      lastDoneMs = doneMs;
    });
    const portion = { flops, done };
    underWay.add(portion);
    const leave = () => underWay.delete(portion);
    done.then(leave, leave);
    return portion;
  }
  const host: Submitter['host'] = (calls) => timed(() => watch.guard(calls));

  async function submit() {
    watch.throwIfFailed();
    const portion = host(submitEncoded);
    const isFull = () => {
      let flops = 0;
      for (const each of underWay) flops += each.flops;
      return flops > PORTIONS_UNDER_WAY * pace.flopsPerSubmit;
    };
    for (const each of underWay) {
      if (!isFull()) break;
      await each.done;
    }
    watch.throwIfFailed();
    return portion;
  }
  return {
    get hostMs() {
      return hostMs;
    },
    host,
    async encode(steps, position, profiler) {
      let at = 0;
      while (at < steps.length) {
        const start = at;
        at = host(() => encodePortion(steps, start, position, profiler));
        if (encodedFlops >= pace.flopsPerSubmit) await submit();
      }
    },
    submit,
  };
}
