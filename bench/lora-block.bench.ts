/**
 * One LoRA step of a ViT block (forward, backward, AdamW on the adapters of q and v): our graph, planned and run by the engine,
 * against jax-js compiled whole, in turn on one adapter. Both take the same steps from the same weights. `--rounds N` takes
 * another number of rounds.
 */
import { parseArgs } from 'node:util';
import { relativeL2 } from '../core/testing.ts';
import { alternate } from './alternate.ts';
import { openGpuPage } from './gpu-page.ts';
import type { LoraBlockBench } from './lora-block-page/main.ts';
import { printResult } from './result.ts';

/** Steps of a run: enough that reading the losses is nothing beside them. */
const STEPS = 4;
/** Norm of the difference over the norm: AdamW divides small gradients by their roots, which makes rounding large. */
const CHANGE_TOLERANCE = 1e-2;

/** What the page has put into its global scope. */
interface BenchScope {
  readonly loraBlockBench: LoraBlockBench;
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const { page, close } = await openGpuPage('lora-block-page');
try {
  const { adapter, flops, totalBytes } = await page.evaluate(() =>
    (globalThis as unknown as BenchScope).loraBlockBench.open(),
  );
  const run = (way: 'runOurs' | 'runTheirs') => () =>
    page.evaluate(([method, count]) => (globalThis as unknown as BenchScope).loraBlockBench[method](count), [
      way,
      STEPS,
    ] as const);
  const hostMs = () => page.evaluate(() => (globalThis as unknown as BenchScope).loraBlockBench.ourHostMs());
  const adapters = () => page.evaluate(() => (globalThis as unknown as BenchScope).loraBlockBench.adapters());
  const before = await adapters();
  await run('runOurs')();
  await run('runTheirs')();
  const after = await adapters();
  const changes = (['ours', 'theirs'] as const).map((side) =>
    after[side].map((value, index) => value - (before[side][index] as number)),
  ) as [number[], number[]];
  const difference = relativeL2(...changes);
  console.log(`After ${STEPS} steps the changes of the adapters differ by ${difference} of their size.`);
  if (!(difference < CHANGE_TOLERANCE)) throw new Error('The two do not train the same block.');

  const hostBefore = await hostMs();
  const rounds = Number(values.rounds);
  const [oursMs = Number.NaN, theirsMs = Number.NaN] = await alternate(rounds, [
    run('runOurs'),
    run('runTheirs'),
  ]);
  const hostMsPerStep = ((await hostMs()) - hostBefore) / (STEPS * (rounds + 1));
  const times = await page.evaluate(() => (globalThis as unknown as BenchScope).loraBlockBench.profile());
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
