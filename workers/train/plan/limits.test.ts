/** Plans of the published networks at full size: every dispatch keeps to the limits that WebGPU grants on all adapters. */
import { describe, expect, it } from 'vitest';

import type { TrainingGraph } from '../../../models/graph/training-graph.ts';
import { publishedSamed } from '../../../models/zoo/samed-configuration.ts';
import { createTransUnet, TRANSUNET_CONFIGURATIONS, TRANSUNET_HEADS } from '../../../models/zoo/transunet.ts';
import { planTraining } from './plan-training.ts';
import type { PlanLimits, PlanSettings, PlanStep } from './plan.ts';
import { ADAMW, GPU_TRAITS, samedTraining, SGD, transUnetTraining } from './testing/networks.ts';

/** Of a device that was asked for no more than WebGPU's defaults, with memory to spare. */
const LIMITS: PlanLimits = { totalBytes: 32e9, bindingBytes: 2 ** 27, bufferBytes: 2 ** 28 };
const STORAGE_BUFFERS = 8;
const OFFSET_ALIGNMENT = 256;

const BYTES = new Map([
  ['f32', 4],
  ['u32', 4],
  ['vec4<f32>', 16],
  ['vec4<u32>', 16],
]);

/** Bytes of workgroup memory that a text declares, and how it is declared where that is not understood. */
function workgroupBytes(code: string): number {
  return [...code.matchAll(/var<workgroup> \w+: (.+);/g)].reduce((sum, [, type = '']) => {
    const [, element = '', count = '1'] = /^array<(.+), (\d+)>$/.exec(type) ?? [];
    return sum + Number(count) * (BYTES.get(element) ?? Number.NaN);
  }, 0);
}

function invocationsOf(code: string, constants: Readonly<Record<string, number>>): number {
  const [, sizes = ''] = /@workgroup_size\(([^)]+)\)/.exec(code) ?? [];
  return sizes
    .split(',')
    .map((size) => size.trim())
    .reduce((product, size) => product * (constants[size] ?? Number(size)), 1);
}

/** What a step asks for beyond the limits. */
function excesses(step: PlanStep): string[] {
  if (step.kind !== 'dispatch') return [];
  const { code, constants, workgroups } = step.dispatch;
  const { maxWorkgroupsPerDimension, maxInvocations, maxWorkgroupStorage } = GPU_TRAITS;
  const within = {
    workgroups: workgroups.every((count) => count >= 1 && count <= maxWorkgroupsPerDimension),
    invocations: invocationsOf(code, constants) <= maxInvocations,
    'workgroup memory': workgroupBytes(code) <= maxWorkgroupStorage,
    bindings: step.places.length <= STORAGE_BUFFERS,
    'binding size': step.places.every(({ sizeBytes }) => sizeBytes <= LIMITS.bindingBytes),
    offsets: step.places.every(({ offsetBytes }) => offsetBytes % OFFSET_ALIGNMENT === 0),
  };
  return Object.entries(within).flatMap(([what, holds]) =>
    holds ? [] : [`${what} of ${step.node} (${step.dispatch.class}, ${workgroups.join()})`],
  );
}

const networks: readonly {
  readonly name: string;
  readonly training: () => TrainingGraph;
  readonly settings: Pick<PlanSettings, 'batchSize' | 'optimizer'>;
}[] = [
  {
    name: 'SAMed ViT-B at 512, 28 images',
    training: () => samedTraining(publishedSamed('ViT-B', { side: 512, classes: 2, rank: 4 })),
    settings: { batchSize: 28, optimizer: ADAMW },
  },
  {
    name: 'SAMed ViT-B at 1024, 2 images',
    training: () => samedTraining(publishedSamed('ViT-B', { side: 1024, classes: 2, rank: 4 })),
    settings: { batchSize: 2, optimizer: ADAMW },
  },
  {
    name: 'TransUNet R50-ViT-B at 224, 10 images',
    training: () =>
      transUnetTraining(true, createTransUnet(TRANSUNET_CONFIGURATIONS['R50-ViT-B_16'], TRANSUNET_HEADS)),
    settings: { batchSize: 10, optimizer: SGD },
  },
];

describe.each(networks)('a plan of $name', ({ training, settings }) => {
  const graph = training();
  it.each([
    { adapter: 'a GPU', isSoftware: false },
    { adapter: 'a CPU', isSoftware: true },
  ])('keeps to the default limits on $adapter', ({ isSoftware }) => {
    const traits = { ...GPU_TRAITS, isSoftware };
    const { programmes } = planTraining(graph, { ...settings, limits: LIMITS, traits });
    const steps = Object.values(programmes).flat();
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.flatMap(excesses)).toEqual([]);
  });
});
