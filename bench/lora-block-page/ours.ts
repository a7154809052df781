/** The block as our graph, differentiated, planned and run by the engine that trains. */
import { createGraphBuilder } from '../../models/graph/builder.ts';
import type { Graph, Value } from '../../models/graph/graph.ts';
import { differentiate } from '../../models/rewrite/differentiate.ts';
import { withLora } from '../../models/rewrite/lora.ts';
import { createLayers } from '../../models/zoo/samed-layers.ts';
import { requestGpu } from '../../workers/gpu/device.ts';
import { createPipelineCache } from '../../workers/gpu/pipelines.ts';
import { traitsOf } from '../../workers/gpu/traits.ts';
import type { KernelTime, NamedArrays } from '../../workers/train/engine.ts';
import { createTrainingEngine } from '../../workers/train/execute/create-engine.ts';
import { planFlops } from '../../workers/train/plan/flops.ts';
import { planTraining } from '../../workers/train/plan/plan-training.ts';
import { ADAMW, ADAPTERS, BLOCK, RATES, valueOf } from './block.ts';

function blockGraph(): Graph {
  const { tokens, dim, heads, mlpDim, rank, epsilon } = BLOCK;
  const g = createGraphBuilder('lora block');
  const { add, apply, linear, norm } = createLayers(g);
  const x = g.input('x', ['N', tokens, dim]);
  const target = g.input('target', ['N', tokens, dim]);
  const normed = norm('norm1', x, 2, epsilon);
  const [q, k, v] = ['q', 'k', 'v'].map((name) => linear(name, normed, dim)) as [Value, Value, Value];
  const attended = g.op('attention', 'attention', [q, k, v], { heads });
  const middle = add('middle', x, linear('proj', attended, dim));
  const hidden = apply('gelu', linear('mlp.lin1', norm('norm2', middle, 2, epsilon), mlpDim), 'gelu');
  const out = add('out', middle, linear('mlp.lin2', hidden, dim));
  const difference = g.op('binary', 'difference', [out, target], { function: 'subtract' });
  const square = g.op('binary', 'square', [difference, difference], { function: 'multiply' });
  const loss = g.op('reduce', 'mean', [square], { function: 'mean', axes: [1, 2] });
  const pairs = ['q', 'v'].map((node) => ({ node, offset: 0, span: dim, a: `${node}a`, b: `${node}b` }));
  return withLora(g.build({ loss }), pairs, rank);
}

export interface OurBlock {
  readonly adapter: string;
  readonly flops: number;
  readonly totalBytes: number;
  /** Of this thread, so far. */
  hostMs(): number;
  /** Takes so many steps, to their end. */
  run(stepCount: number): Promise<void>;
  /** What is trained, one array after the other. */
  adapters(): Promise<number[]>;
  /** One step's time on the GPU by class of kernel; undefined without timestamps. */
  profile(): Promise<readonly KernelTime[] | undefined>;
}

/** The block with its seeded weights, before the first step. */
export async function openOurs(): Promise<OurBlock> {
  const gpu = await requestGpu((error) => {
    throw error;
  });
  const { device } = gpu;
  const training = differentiate(blockGraph(), {
    loss: { kind: 'given', output: 'loss' },
    trainable: new Set(Object.keys(ADAPTERS)),
    batchNormMomentum: 0.1,
  });
  const plan = planTraining(training, {
    batchSize: BLOCK.batch,
    microBatch: BLOCK.batch,
    recomputation: 'none',
    optimizer: { kind: 'adamw', ...ADAMW },
    traits: traitsOf(device),
    limits: {
      totalBytes: device.limits.maxBufferSize,
      bindingBytes: device.limits.maxStorageBufferBindingSize,
      bufferBytes: device.limits.maxBufferSize,
    },
  });
  const arrayOf = (name: string) => Float32Array.from(valueOf(name).data);
  const engine = await createTrainingEngine(
    gpu,
    plan,
    async (name) => arrayOf(name),
    { pipelines: createPipelineCache(device) },
    new AbortController().signal,
    () => undefined,
  );
  const inputs: NamedArrays = new Map(
    // The gradient of the loss with respect to each image's part of it.
    plan.inputs.map(({ name }) => [
      name,
      name === 'd.loss' ? new Float32Array(BLOCK.batch).fill(1) : arrayOf(name),
    ]),
  );
  return {
    adapter: gpu.adapterName,
    flops: planFlops(plan),
    totalBytes: plan.totalBytes,
    hostMs: () => engine.hostMs,
    async run(stepCount) {
      for (let step = 0; step < stepCount; step++) await engine.step(inputs, RATES);
      await engine.reports();
    },
    async adapters() {
      const { values } = await engine.state();
      return Object.keys(ADAPTERS).flatMap((name) => Array.from(values.get(name) ?? []));
    },
    profile: () => engine.profile(inputs, RATES),
  };
}
