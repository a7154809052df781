/** Locks of runs over a pretended lock manager, as two tabs share one: who comes second is refused, and told of the first. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runsElsewhere, withRunLock } from './run-lock.ts';

/** Grants each name once at a time, and never waits. */
function createLocks() {
  const held = new Set<string>(['another page of this origin', OTHERS]);
  return {
    async request(name: string, _options: LockOptions, task: (lock: Lock | null) => Promise<unknown>) {
      if (held.has(name)) return task(null);
      held.add(name);
      try {
        return await task({ name, mode: 'exclusive' });
      } finally {
        held.delete(name);
      }
    },
    query: () => Promise.resolve({ held: [...held].map((name) => ({ name })) }),
  };
}

/** Of another tab. */
const OTHERS = 'equiseg-run c';

beforeEach(() => {
  vi.stubGlobal('navigator', { locks: createLocks() });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the lock of a run', () => {
  it('lets one be at it at a time, and lets go of it whatever the end', async () => {
    let end: (error: Error) => void = () => undefined;
    const first = withRunLock('a', () => new Promise((_, reject) => (end = reject)));
    await expect(withRunLock('a', () => Promise.resolve(1))).rejects.toMatchObject({
      code: 'train/elsewhere',
    });
    expect(await withRunLock('b', () => Promise.resolve(2))).toBe(2);
    end(new Error('lost'));
    await expect(first).rejects.toThrow('lost');
    expect(await withRunLock('a', () => Promise.resolve(3))).toBe(3);
  });

  it('tells which runs other tabs are at, and leaves those alone', async () => {
    const seen = await withRunLock('a', () => runsElsewhere());
    expect(seen).toEqual(['c']);
    const task = vi.fn<() => Promise<number>>(() => Promise.resolve(1));
    await expect(withRunLock('c', task)).rejects.toMatchObject({ code: 'train/elsewhere' });
    expect(task).not.toHaveBeenCalled();
  });
});
