/** The harness of kernel tests sees what it is there to see, and pipelines are made once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { EXACT } from '../../core/testing.ts';
import type { Kernel } from './kernels/kernel.ts';
import { type KernelHarness, normalTensors, openKernelHarness } from './testing.ts';

const COUNT = 67;

const CODE = `@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
override COUNT: u32;
override REACH: u32;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < COUNT) {
    out[id.x] = 2 * x[id.x + REACH];
  }
}`;

function doubling(constants: { readonly COUNT: number; readonly REACH: number }, code = CODE): Kernel {
  return {
    scratch: [],
    dispatches: [
      {
        class: 'test',
        code,
        constants,
        bindings: [
          { from: 'input', index: 0 },
          { from: 'result', index: 0 },
        ],
        workgroups: [2, 1, 1],
      },
    ],
  };
}

const DOUBLING = {
  kind: 'affine',
  attributes: { scale: 2, shift: 0 },
  inputs: normalTensors([COUNT]),
} as const;

let harness: KernelHarness;

beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

describe('the harness of kernel tests', () => {
  it('passes a kernel that equals the oracle', async () => {
    const rule = () => doubling({ COUNT, REACH: 0 });
    expect(await harness.compare(rule, DOUBLING, EXACT)).toBeUndefined();
  });

  it('sees an element that was not written', async () => {
    const rule = () => doubling({ COUNT: COUNT - 1, REACH: 0 });
    expect(await harness.compare(rule, DOUBLING, EXACT)).toContain('1 of 67 differ');
  });

  it('sees a read behind an input', async () => {
    const rule = () => doubling({ COUNT, REACH: 1 });
    expect(await harness.compare(rule, DOUBLING, EXACT)).toContain('NaN');
  });

  it('refuses a write behind a result', async () => {
    const rule = () => doubling({ COUNT: COUNT + 1, REACH: 0 });
    await expect(harness.compare(rule, DOUBLING, EXACT)).rejects.toThrow('behind result 0');
  });

  it.each([0, 1])('names the line that does not compile, whatever its constants: %i', async (REACH) => {
    const rule = () => doubling({ COUNT, REACH }, `${CODE}\nfn broken() { let x = ; }`);
    await expect(harness.compare(rule, DOUBLING, EXACT)).rejects.toMatchObject({
      code: 'gpu/kernel-refused',
      message: expect.stringContaining('line 10') as string,
    });
  });
});

describe('the cache of pipelines', () => {
  it('makes one pipeline for those who ask at once, and another for other constants', async () => {
    const [source] = doubling({ COUNT: 1, REACH: 5 }).dispatches;
    const [other] = doubling({ COUNT: 2, REACH: 5 }).dispatches;
    if (source === undefined || other === undefined) throw new Error('no dispatch');
    const [a, b] = await Promise.all([harness.pipelines.get(source), harness.pipelines.get({ ...source })]);
    expect(a).toBe(b);
    expect(await harness.pipelines.get(other)).not.toBe(a);
  });
});
