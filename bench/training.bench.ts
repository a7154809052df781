/**
 * A LoRA step of SAMed ViT-B at 512 through the engine: time per image, memory against the plan's own figure, time of the host, time
 * by class of kernel; and what batch 28 is planned to take with each way of recomputation. Minutes a step on a software adapter.
 * `--side 128` takes smaller images, `--modes none` some of the ways, `--steps N` more steps, `--allocate` also makes the
 * buffers of batch 28.
 */
import { parseArgs } from 'node:util';
import { RECOMPUTATIONS, type Recomputation } from '../workers/train/plan/plan.ts';
import { openGpuPage } from './gpu-page.ts';
import { type Figures, printResult } from './result.ts';
import type { Planned, TrainingBench } from './training-page/main.ts';

/** Memory of an adapter that batch 28 at 512 must fit. */
const SMALL_LIMIT_BYTES = 2 ** 31;
/** As much as the adapter gives. */
const NO_LIMIT_BYTES = Number.MAX_SAFE_INTEGER;
const PUBLISHED_BATCH = 28;
const MIB = 2 ** 20;

/** What the page has put into its global scope. */
interface BenchScope {
  readonly trainingBench: TrainingBench;
}

const { values } = parseArgs({
  options: {
    side: { type: 'string', default: '512' },
    modes: { type: 'string', default: 'none,blocks' },
    steps: { type: 'string', default: '1' },
    allocate: { type: 'boolean', default: false },
  },
});
const side = Number(values.side);
const modes = values.modes
  .split(',')
  .filter((mode): mode is Recomputation => mode in { none: 0, hidden: 0, blocks: 0 });
const { page, close } = await openGpuPage('training-page');
const planned = (spec: Planned) =>
  page.evaluate((each) => (globalThis as unknown as BenchScope).trainingBench.plan(each), spec);
const train = (spec: Planned, stepCount: number) =>
  page.evaluate(([each, count]) => (globalThis as unknown as BenchScope).trainingBench.train(each, count), [
    spec,
    stepCount,
  ] as const);

/** Steps of one image. */
async function measure(recomputation: Recomputation): Promise<Figures> {
  const spec: Planned = { side, batchSize: 1, limitBytes: NO_LIMIT_BYTES, recomputation };
  const { steps, totalBytes, allocatedBytes, flops, openMs } = await train(spec, Number(values.steps));
  // The fastest: the one that whatever else the machine does disturbed least.
  const [best] = steps.toSorted((a, b) => a.ms - b.ms);
  if (best === undefined) throw new Error('No step was taken.');
  const figures = {
    SecondsPerImage: best.ms / 1000,
    GflopPerSecond: flops / best.ms / 1e6,
    Gflop: flops / 1e9,
    HostShare: best.hostMs / best.ms,
    PlannedMiB: totalBytes / MIB,
    AllocatedMiB: allocatedBytes / MIB,
    OpenSeconds: openMs / 1000,
    Loss: best.loss,
    ...Object.fromEntries(best.times.map((time) => [` ${time.class} ms`, time.gpuMs])),
  };
  console.log(`${recomputation}: ${JSON.stringify(figures)}`);
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [`${recomputation}${name}`, value]),
  );
}

/** What the published batch takes. */
async function planPublished(recomputation: Recomputation | null): Promise<Figures> {
  const name = recomputation ?? 'chosen';
  const spec: Planned = { side, batchSize: PUBLISHED_BATCH, limitBytes: SMALL_LIMIT_BYTES, recomputation };
  const plan = await planned(spec);
  const key = (what: string) => `batch${PUBLISHED_BATCH} ${name} ${what}`;
  const figures = {
    [key('plannedMiB')]: plan === null ? null : plan.totalBytes / MIB,
    [key('microBatch')]: plan?.microBatch ?? null,
    [key('gflop')]: plan === null ? null : plan.flops / 1e9,
  };
  if (plan === null || recomputation !== null || !values.allocate) return figures;
  const { allocatedBytes } = await train(spec, 0);
  return { ...figures, [key('allocatedMiB')]: allocatedBytes / MIB };
}

try {
  const adapter = await page.evaluate(() => (globalThis as unknown as BenchScope).trainingBench.adapter());
  const figures: Record<string, number | null> = {};
  for (const recomputation of [...RECOMPUTATIONS, null]) {
    Object.assign(figures, await planPublished(recomputation));
  }
  for (const recomputation of modes) Object.assign(figures, await measure(recomputation));
  printResult({ name: 'training', adapter, figures: { side, ...figures }, peer: null, ratio: null });
} finally {
  await close();
}
