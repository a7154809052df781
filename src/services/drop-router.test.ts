/** Every dropped file reaches the place it is for, and the cohort is left alone when nothing is for it. */
import { afterEach, describe, expect, it } from 'vitest';
import { store, update } from '../state/store.ts';
import type { FoundFile, FoundItems } from './dropped-files.ts';
import { registerDropHandler, routeDrop } from './drop-router.ts';
import { cancelJob } from './jobs.ts';

function itemsOf(paths: readonly string[]): FoundItems {
  async function* files(): AsyncGenerator<FoundFile> {
    for (const path of paths) yield { path, file: new File([], path) };
  }
  return { files: files(), folders: () => Promise.resolve([]) };
}

const unregister: (() => void)[] = [];
afterEach(() => {
  for (const undo of unregister.splice(0)) undo();
});

/** Routes paths with a handler for models; gives what each side got, undefined for a side that was not called. */
async function routed(paths: readonly string[]) {
  let models: string[] | undefined;
  let cohort: string[] | undefined;
  unregister.push(
    registerDropHandler({
      claims: (_, kind) => kind === 'model',
      handle: (files) => {
        models = files.map(({ path }) => path);
      },
    }),
  );
  await routeDrop(itemsOf(paths), async ({ files }) => {
    cohort = [];
    for await (const { path } of files) cohort.push(path);
  });
  return { models, cohort };
}

describe('routing a drop', () => {
  it('parts a mixed drop', async () => {
    const { models, cohort } = await routed(['a/1.npz', 'a/net.onnx', 'a/train.txt', 'a/2.npz']);
    expect(models).toEqual(['a/net.onnx']);
    expect(cohort).toEqual(['a/1.npz', 'a/train.txt', 'a/2.npz']);
  });

  it('does not start the cohort for a model alone', async () => {
    expect(await routed(['net.onnx'])).toEqual({ models: ['net.onnx'], cohort: undefined });
  });

  it('gives the cohort a listing that fails before its first file, and the claimed files to their place', async () => {
    let models: string[] = [];
    unregister.push(
      registerDropHandler({
        claims: (_, kind) => kind === 'model',
        handle: (files) => {
          models = files.map(({ path }) => path);
        },
      }),
    );
    async function* listing(): AsyncGenerator<FoundFile> {
      yield { path: 'net.onnx', file: new File([], 'net.onnx') };
      await Promise.resolve();
      throw new DOMException('The folder is gone.', 'NotFoundError');
    }
    let reason: unknown;
    await routeDrop({ files: listing(), folders: () => Promise.resolve([]) }, async (items) => {
      try {
        for await (const _ of items.files) throw new Error('No file was to be found.');
      } catch (error) {
        reason = error;
      }
    });
    expect(reason).toMatchObject({ message: 'The folder is gone.' });
    expect(models).toEqual(['net.onnx']);
  });

  it('lets the cohort say that nothing was in an empty drop', async () => {
    expect(await routed([])).toEqual({ models: undefined, cohort: [] });
  });

  it('shows a long listing of files that are not for the cohort, and stops it on a cancel', async () => {
    let models: readonly FoundFile[] | undefined;
    unregister.push(
      registerDropHandler({
        claims: (_, kind) => kind === 'model',
        handle: (files) => {
          models = files;
        },
      }),
    );
    let given = 0;
    async function* endless(): AsyncGenerator<FoundFile> {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        yield { path: `${given++}.onnx`, file: new File([], 'net.onnx') };
      }
    }
    const running = () => store.getState().jobs.running[0];
    const routing = routeDrop({ files: endless(), folders: () => Promise.resolve([]) }, () =>
      Promise.reject(new Error('The cohort was called.')),
    );
    await expect.poll(() => running()?.progress?.done).toBeGreaterThan(3);
    expect(running()).toMatchObject({ label: 'Listing what was dropped', progress: { unit: 'files' } });
    cancelJob(running()?.id ?? '');
    await routing;
    expect(models).toBeUndefined();
    await expect
      .poll(() => store.getState().jobs.ended[0])
      .toMatchObject({
        status: 'cancelled',
        summary: 'Nothing was read.',
      });
  });

  it('loses none of two drops whose listings last, on whatever page they end', async () => {
    const models: string[] = [];
    unregister.push(
      registerDropHandler({
        claims: (_, kind) => kind === 'model',
        handle(files) {
          models.push(...files.map(({ path }) => path));
          update('ui', (ui) => ({ ...ui, page: 'models' }));
        },
      }),
    );
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const drop = (path: string) => {
      async function* listing(): AsyncGenerator<FoundFile> {
        yield { path, file: new File([], path) };
        await finished;
      }
      return routeDrop({ files: listing(), folders: () => Promise.resolve([]) }, () =>
        Promise.reject(new Error('The cohort was called.')),
      );
    };
    const routings = [drop('first.onnx'), drop('second.onnx')];
    await expect.poll(() => store.getState().jobs.running).toHaveLength(2);
    finish();
    await Promise.all(routings);
    expect(models.toSorted()).toEqual(['first.onnx', 'second.onnx']);
  });
});
