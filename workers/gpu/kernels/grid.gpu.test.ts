/** Every kernel on more workgroups than a dimension has, which real sizes reach: numbers of workgroups are folded into two. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createLock } from '../../infer/lock.ts';
import { type AnyKernelCase, checkedCases } from '../check-gpu-cases.ts';
import { checkKernels, type KernelSource } from '../check-gpu-kernels.ts';
import { type KernelHarness, openKernelHarness } from '../testing.ts';
import { kernelFor } from './kernel-table.ts';

/** So few that calls of a few hundred elements are folded. */
const FEW = 2;

let harness: KernelHarness;
beforeAll(async () => {
  harness = await openKernelHarness();
});
afterAll(() => {
  harness.dispose();
});

it('is right with its workgroups folded', async () => {
  const traits = { ...harness.traits, maxWorkgroupsPerDimension: FEW };
  const folded = new Set<string>();
  const noting: KernelSource = (kind, call, given) => {
    const [usual, kernel] = [kernelFor(kind, call, harness.traits), kernelFor(kind, call, given)];
    const isFolded = kernel.dispatches.some(
      ({ workgroups }, index) => workgroups[1] !== usual.dispatches[index]?.workgroups[1],
    );
    if (isFolded) folded.add(kind);
    return kernel;
  };
  const largest = new Map<string, AnyKernelCase>();
  for (const each of checkedCases()) if (!largest.has(each.kind)) largest.set(each.kind, each);
  const { signal } = new AbortController();
  const checked = await checkKernels(
    { ...harness, traits },
    [...largest.values()],
    noting,
    createLock(),
    signal,
    () => undefined,
  );
  expect(checked.filter(({ passed }) => !passed)).toEqual([]);
  // The others are products, attention and losses, which have tiles or single workgroups.
  expect(folded.size).toBeGreaterThan(checked.length / 2);
});
