/** The check of kernels finds those that are wrong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { REDUCED_F32 } from '../../core/testing.ts';
import { createLock } from '../infer/lock.ts';
import { cancellable } from '../train/in-turn.ts';
import { type AnyKernelCase, checkedCases } from './check-gpu-cases.ts';
import { checkKernels, type KernelSource, worstError } from './check-gpu-kernels.ts';
import { checkOptimizers } from './check-gpu-optimisers.ts';
import type { Dispatch } from './kernels/kernel.ts';
import { type KernelKind, kernelFor } from './kernels/kernel-table.ts';
import { type KernelHarness, openKernelHarness } from './testing.ts';

let harness: KernelHarness;
let cases: readonly AnyKernelCase[];

beforeAll(async () => {
  harness = await openKernelHarness();
  cases = checkedCases();
});
afterAll(() => {
  harness.dispose();
});

const { signal } = new AbortController();
const ignore = () => undefined;

describe('finds', () => {
  /** The kernels there are, but that of one kind with each dispatch changed. */
  const broken =
    (wrong: KernelKind, change: (dispatch: Dispatch) => Dispatch): KernelSource =>
    (kind, call, traits) => {
      const kernel = kernelFor(kind, call, traits);
      return kind === wrong ? { ...kernel, dispatches: kernel.dispatches.map(change) } : kernel;
    };
  it.each<{ what: string; kind: KernelKind; change: (dispatch: Dispatch) => Dispatch }>([
    {
      what: 'attention that leaves out the last key',
      kind: 'attention',
      change: (dispatch) => ({
        ...dispatch,
        constants: { ...dispatch.constants, KEYS: (dispatch.constants['KEYS'] as number) - 1 },
      }),
    },
    {
      what: 'a factor that is off by a thousandth',
      kind: 'affine',
      change: (dispatch) => ({
        ...dispatch,
        constants: { ...dispatch.constants, SCALE: 1.001 * (dispatch.constants['SCALE'] as number) },
      }),
    },
    {
      what: 'a kernel that writes nothing',
      kind: 'transpose',
      change: (dispatch) => ({ ...dispatch, workgroups: [0, 0, 0] }),
    },
    {
      what: 'a kernel that does not compile',
      kind: 'slice',
      change: (dispatch) => ({ ...dispatch, code: `${dispatch.code}\nfn broken() { let x = ; }` }),
    },
  ])('$what', async ({ kind, change }) => {
    const some = cases.filter((each) => each.kind === kind || each.kind === 'expandBatch');
    const kernels = await checkKernels(harness, some, broken(kind, change), createLock(), signal, ignore);
    expect(kernels.filter(({ passed }) => !passed).map(({ kernel }) => kernel)).toEqual([kind]);
  });
});

it('passes the optimisers, within the tolerance of one operation', async () => {
  const optimisers = await checkOptimizers(harness);
  expect(optimisers.map(({ kernel, passed }) => [kernel, passed])).toEqual([
    ['adamw', true],
    ['sgd', true],
  ]);
});

it('stops when told to', async () => {
  const reason = new Error('stopped');
  const check = checkKernels(harness, cases, kernelFor, createLock(), AbortSignal.abort(reason), ignore);
  await expect(check).rejects.toBe(reason);
});

describe('takes turns with what else uses the device', () => {
  /** A lock that somebody holds, and the check of one kernel that waits for it. */
  async function checkBesideOther() {
    const exclusive = createLock();
    const controller = new AbortController();
    let finishOther = (): void => undefined;
    void exclusive(() => new Promise<void>((resolve) => (finishOther = resolve)));
    const asked: string[] = [];
    const watched: KernelSource = (kind, call, traits) => {
      asked.push(kind);
      return kernelFor(kind, call, traits);
    };
    const some = cases.filter(({ kind }) => kind === 'affine').slice(0, 1);
    const inTurn = cancellable(exclusive, controller.signal);
    const check = checkKernels(harness, some, watched, inTurn, controller.signal, ignore);
    // The device has answered since: a check that did not wait would have begun.
    await harness.device.queue.onSubmittedWorkDone();
    /** Until whoever asked for the lock has had it. */
    const finishAll = () => {
      finishOther();
      return exclusive(() => Promise.resolve());
    };
    return { asked, check, controller, finishAll };
  }

  it('beginning a kernel when the other is done', async () => {
    const { asked, check, finishAll } = await checkBesideOther();
    expect(asked).toEqual([]);
    await finishAll();
    expect(await check).toMatchObject([{ kernel: 'affine', passed: true }]);
    expect(asked).toEqual(['affine']);
  });

  it('and can be cancelled while it waits', async () => {
    const { asked, check, controller, finishAll } = await checkBesideOther();
    controller.abort();
    await expect(check).rejects.toMatchObject({ name: 'AbortError' });
    await finishAll();
    expect(asked).toEqual([]);
  });
});

describe('the worst error', () => {
  it('is the tolerance at its edge, and a size where equality is asked', () => {
    const { abs, rel } = REDUCED_F32;
    expect(worstError([2 + abs + 2 * rel, 0], [2, 0], REDUCED_F32)).toBeCloseTo(rel, 12);
    expect(worstError([1, 2.5], [1, 2], { abs: 0, rel: 0 })).toBe(0.5);
  });
  it('is infinite for what is no number, and for what is missing', () => {
    expect(worstError([Number.NaN], [1], REDUCED_F32)).toBe(Infinity);
    expect(worstError([], [1], REDUCED_F32)).toBe(Infinity);
  });
});
