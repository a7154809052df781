/**
 * A LoRA step of SAMed ViT-B at 512 through the engine: time per image, memory against the plan's own figure, time of the host, time
 * by class of kernel; and what batch 28 is planned to take with each way of recomputation. The peer is PyTorch on the processor,
 * in f32, where a Python has it: a LoRA step of the image encoder alone, without the decoder that our side runs too. Minutes a
 * step on a software adapter. `--side 128` takes smaller images (no peer), `--modes none` some of the ways, `--steps N` more
 * steps, `--allocate` also makes the buffers of batch 28 in each way, gigabytes at a time, `--cut` takes steps of a batch that
 * is cut, as that one is, in place of one image (no peer). `--adapter default` runs on the machine's GPU, `--webgpu FOLDER` in
 * Node on the package `webgpu` there.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RECOMPUTATIONS, type Recomputation } from '../workers/train/plan/plan.ts';
import { ADAPTER_OPTION, openGpuBench, WEBGPU_OPTION } from './gpu-bench.ts';
import { type Figures, printResult } from './result.ts';
import type { Planned, TrainingBench } from './training-page/main.ts';

/** Memory of an adapter that batch 28 at 512 must fit. */
const SMALL_LIMIT_BYTES = 2 ** 31;
/** As much as the adapter gives. */
const NO_LIMIT_BYTES = Number.MAX_SAFE_INTEGER;
const PUBLISHED_BATCH = 28;
/** Side of the images of torch-training.py. */
const PEER_SIDE = 512;
/** How far the bytes of an engine may be from its plan's. */
const MEMORY_TOLERANCE = 0.05;
const MIB = 2 ** 20;

const { values } = parseArgs({
  options: {
    side: { type: 'string', default: '512' },
    modes: { type: 'string', default: RECOMPUTATIONS.join() },
    steps: { type: 'string', default: '1' },
    allocate: { type: 'boolean', default: false },
    cut: { type: 'boolean', default: false },
    ...ADAPTER_OPTION,
    ...WEBGPU_OPTION,
  },
});
const side = Number(values.side);
const modes = values.modes
  .split(',')
  .filter((mode): mode is Recomputation => (RECOMPUTATIONS as readonly string[]).includes(mode));
const { bench, close } = await openGpuBench<TrainingBench>('training-page', values);

/** Bytes that were allocated over those that were planned. */
const share = (allocatedBytes: number, totalBytes: number): number => {
  const ratio = allocatedBytes / totalBytes;
  if (Math.abs(ratio - 1) > MEMORY_TOLERANCE)
    throw new Error(`The engine took ${ratio} of what its plan says.`);
  return ratio;
};

/** Steps of a batch, each figure's name after `key`. */
async function measure(spec: Planned, key: string): Promise<Figures> {
  const { steps, totalBytes, allocatedBytes, flops, openMs } = await bench.train(spec, Number(values.steps));
  // The fastest: the one that whatever else the machine does disturbed least.
  const [best] = steps.toSorted((a, b) => a.ms - b.ms);
  if (best === undefined) throw new Error('No step was taken.');
  const figures = {
    SecondsPerImage: best.ms / 1000 / spec.batchSize,
    GflopPerSecond: flops / best.ms / 1e6,
    Gflop: flops / 1e9,
    HostShare: best.hostMs / best.ms,
    PlannedMiB: totalBytes / MIB,
    AllocatedMiB: allocatedBytes / MIB,
    AllocatedOverPlanned: share(allocatedBytes, totalBytes),
    OpenSeconds: openMs / 1000,
    Loss: best.loss,
    ...Object.fromEntries(best.times.map((time) => [` ${time.class} ms`, time.gpuMs])),
  };
  console.log(`${key}: ${JSON.stringify(figures)}`);
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${key}${name}`, value]));
}

/**
 * A batch that is cut, as the published one is where memory is small: the loss is of the whole batch, so that the forward part
 * runs twice, and an image takes longer than in a batch of one. Two images, one at a time, are the least that shows it.
 */
const measureCut = (recomputation: Recomputation): Promise<Figures> =>
  measure(
    { side, batchSize: 2, microBatch: 1, limitBytes: SMALL_LIMIT_BYTES, recomputation },
    `cut ${recomputation} `,
  );

/** What the published batch takes. */
async function planPublished(recomputation: Recomputation | null): Promise<Figures> {
  const name = recomputation ?? 'chosen';
  const spec: Planned = { side, batchSize: PUBLISHED_BATCH, limitBytes: SMALL_LIMIT_BYTES, recomputation };
  const plan = await bench.plan(spec);
  const key = (what: string) => `batch${PUBLISHED_BATCH} ${name} ${what}`;
  const figures = {
    [key('plannedMiB')]: plan === null ? null : plan.totalBytes / MIB,
    [key('microBatch')]: plan?.microBatch ?? null,
    [key('gflop')]: plan === null ? null : plan.flops / 1e9,
  };
  if (plan === null || recomputation === null || !values.allocate) return figures;
  const { allocatedBytes, totalBytes } = await bench.train(spec, 0);
  return {
    ...figures,
    [key('allocatedMiB')]: allocatedBytes / MIB,
    [key('allocatedOverPlanned')]: share(allocatedBytes, totalBytes),
  };
}

/** Seconds an image of PyTorch's step; undefined where no Python has it. */
function measureTorch(): { readonly version: string; readonly seconds: number } | undefined {
  const script = fileURLToPath(new URL('torch-training.py', import.meta.url));
  for (const python of ['python3', '/usr/bin/python3']) {
    if (spawnSync(python, ['-c', 'import torch']).status !== 0) continue;
    const { stdout } = spawnSync(python, [script, String(availableParallelism()), '2'], { encoding: 'utf8' });
    const [version = '', ...seconds] = stdout.trim().split('\n');
    return { version, seconds: Math.min(...seconds.map(Number)) };
  }
  return undefined;
}

try {
  const adapter = await bench.adapter();
  const figures: Record<string, number | null> = {};
  for (const recomputation of [...RECOMPUTATIONS, null]) {
    Object.assign(figures, await planPublished(recomputation));
  }
  for (const recomputation of modes) {
    const single = { side, batchSize: 1, limitBytes: NO_LIMIT_BYTES, recomputation };
    Object.assign(figures, await (values.cut ? measureCut(recomputation) : measure(single, recomputation)));
  }
  const torch = side === PEER_SIDE && !values.cut ? measureTorch() : undefined;
  const seconds = figures[`${modes[0] ?? ''}SecondsPerImage`];
  const isCompared = torch !== undefined && typeof seconds === 'number';
  printResult({
    name: values.cut ? 'training-cut' : 'training',
    adapter,
    figures: { side, ...figures },
    peer:
      torch === undefined
        ? null
        : { name: `PyTorch ${torch.version}, CPU`, figures: { encoderSecondsPerImage: torch.seconds } },
    ratio: isCompared ? torch.seconds / seconds : null,
  });
} finally {
  await close();
}
