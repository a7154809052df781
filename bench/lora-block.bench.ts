/**
 * One LoRA step of a ViT block (forward, backward, AdamW on the adapters of q and v): our graph, planned and run by the engine,
 * against jax-js compiled whole, in turn on one adapter. Both take the same steps from the same weights. `--rounds N` takes
 * another number of rounds, `--adapter default` the machine's GPU.
 */
import { parseArgs } from 'node:util';
import { relativeL2 } from '../core/testing.ts';
import { alternate } from './alternate.ts';
import { ADAPTER_OPTION, openGpuBench } from './gpu-bench.ts';
import type { LoraBlockBench } from './lora-block-page/main.ts';
import { printResult } from './result.ts';

/** Steps of a run: enough that reading the losses is nothing beside them. */
const STEPS = 4;
/** Norm of the difference over the norm: AdamW divides small gradients by their roots, which makes rounding large. */
const CHANGE_TOLERANCE = 1e-2;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, ...ADAPTER_OPTION },
});
const { bench, close } = await openGpuBench<LoraBlockBench>('lora-block-page', values);
try {
  const { adapter, flops, totalBytes } = await bench.open();
  const before = await bench.adapters();
  await bench.runOurs(STEPS);
  await bench.runTheirs(STEPS);
  const after = await bench.adapters();
  const changes = (['ours', 'theirs'] as const).map((side) =>
    after[side].map((value, index) => value - (before[side][index] as number)),
  ) as [number[], number[]];
  const difference = relativeL2(...changes);
  console.log(`After ${STEPS} steps the changes of the adapters differ by ${difference} of their size.`);
  if (!(difference < CHANGE_TOLERANCE)) throw new Error('The two do not train the same block.');

  const hostBefore = await bench.ourHostMs();
  const rounds = Number(values.rounds);
  const [oursMs = Number.NaN, theirsMs = Number.NaN] = await alternate(rounds, [
    () => bench.runOurs(STEPS),
    () => bench.runTheirs(STEPS),
  ]);
  const hostMsPerStep = ((await bench.ourHostMs()) - hostBefore) / (STEPS * (rounds + 1));
  const times = await bench.profile();
  printResult({
    name: 'lora-block',
    adapter,
    figures: {
      msPerStep: oursMs / STEPS,
      gflopPerSecond: (STEPS * flops) / oursMs / 1e6,
      gflopPerStep: flops / 1e9,
      hostMsPerStep,
      plannedMiB: totalBytes / 2 ** 20,
      differenceOfChanges: difference,
      ...Object.fromEntries((times ?? []).map((time) => [`${time.class} ms`, time.gpuMs])),
    },
    peer: { name: 'jax-js 0.1.25, webgpu, jit', figures: { msPerStep: theirsMs / STEPS } },
    ratio: theirsMs / oursMs,
  });
} finally {
  await close();
}
