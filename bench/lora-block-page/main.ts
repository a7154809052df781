/** What the benchmark of a LoRA step times in the browser: our engine and jax-js, on devices of their own on one adapter. */
import { type OurBlock, openOurs } from './ours.ts';
import { type TheirBlock, openTheirs } from './theirs.ts';

let ours: OurBlock;
let theirs: TheirBlock;

const api = {
  async open() {
    [ours, theirs] = [await openOurs(), await openTheirs()];
    const { adapter, flops, totalBytes } = ours;
    return { adapter, flops, totalBytes };
  },
  runOurs: (stepCount: number) => ours.run(stepCount),
  runTheirs: (stepCount: number) => theirs.run(stepCount),
  async adapters() {
    return { ours: await ours.adapters(), theirs: await theirs.adapters() };
  },
  ourHostMs: () => ours.hostMs(),
  profile: () => ours.profile(),
};

export type LoraBlockBench = typeof api;
Object.assign(globalThis, { bench: api });
