import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../core/errors.ts';
import type { Report } from '../../core/tasks.ts';
import { ENDED_JOBS_KEPT } from '../state/jobs.ts';
import { initialState, store } from '../state/store.ts';
import { cancelJob, type JobSpec, setJobPaused, startJob } from './jobs.ts';

const jobs = () => store.getState().jobs;

/** A job that runs until it is told to finish, and stops when it is cancelled. */
function openJob(more: Partial<JobSpec<string>> = {}) {
  let finish = (_value: string) => {};
  let report: Report = () => {};
  const started = vi.fn<() => void>();
  const stopped = vi.fn<() => void>();
  const spec: JobSpec<string> = {
    kind: 'ingest',
    label: 'Reading',
    place: 'cohort',
    run: (signal, givenReport) =>
      new Promise((resolve, reject) => {
        started();
        report = givenReport;
        finish = resolve;
        signal.addEventListener('abort', () => {
          // Work lets go a little later than it is asked to.
          setTimeout(() => {
            stopped();
            reject(signal.reason as Error);
          }, 10);
        });
      }),
    ...more,
  };
  return {
    spec,
    started,
    stopped,
    finish: (value: string) => finish(value),
    report: ((p) => report(p)) as Report,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  store.setState(initialState, true);
});
afterEach(async () => {
  for (const { id } of jobs().running) cancelJob(id);
  await vi.advanceTimersByTimeAsync(50);
  vi.useRealTimers();
});

describe('the end of a job', () => {
  it('is done with the value, and the record keeps the summary and the way to the result', async () => {
    const job = openJob({ resultHref: '#/evaluate', summarize: (end) => `it is ${end.status}` });
    const { id, end } = startJob(job.spec);
    await vi.advanceTimersByTimeAsync(1500);
    expect(jobs().running.map((running) => running.id)).toEqual([id]);
    job.finish('result');
    expect(await end).toEqual({ status: 'done', value: 'result' });
    expect(jobs().running).toEqual([]);
    expect(jobs().ended[0]).toMatchObject({
      id,
      status: 'done',
      summary: 'it is done',
      resultHref: '#/evaluate',
      elapsedMs: 1500,
    });
  });

  it('is failed with the code of the error, and wants attention', async () => {
    const error = new WorkbenchError('npy/damaged', 'The header is cut.', { context: { offset: 3 } });
    const { id, end } = startJob({ ...openJob().spec, run: () => Promise.reject(error) });
    expect(await end).toMatchObject({
      status: 'failed',
      error: { code: 'npy/damaged', context: { offset: 3 } },
    });
    expect(jobs().ended[0]).toMatchObject({ status: 'failed', summary: 'The header is cut.' });
    expect(jobs().unseenFailures).toEqual([id]);
  });

  it('is failed also when the work throws before its first await', async () => {
    const { end } = startJob({
      ...openJob().spec,
      run: () => {
        throw new TypeError('oops');
      },
    });
    expect(await end).toMatchObject({
      status: 'failed',
      error: { code: 'worker/unexpected', message: 'oops' },
    });
  });

  it('is cancelled, never failed, once a cancel was asked for, whatever the work throws', async () => {
    const { id, end } = startJob({
      ...openJob().spec,
      run: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('the connection closed')));
        }),
    });
    await vi.advanceTimersByTimeAsync(0);
    cancelJob(id);
    expect(await end).toEqual({ status: 'cancelled' });
    expect(jobs().unseenFailures).toEqual([]);
  });

  it('says that it is cancelling until the work has let go', async () => {
    const job = openJob();
    const { id, end } = startJob(job.spec);
    await vi.advanceTimersByTimeAsync(0);
    cancelJob(id);
    expect(jobs().running[0]?.cancelling).toBe(true);
    await vi.advanceTimersByTimeAsync(10);
    expect((await end).status).toBe('cancelled');
    expect(jobs().running).toEqual([]);
  });

  it('is kept for the last fifty jobs', async () => {
    for (let i = 0; i < ENDED_JOBS_KEPT + 3; i++) {
      await startJob({ ...openJob().spec, label: `job ${i}`, run: () => Promise.resolve('') }).end;
    }
    expect(jobs().ended).toHaveLength(ENDED_JOBS_KEPT);
    expect(jobs().ended[0]?.label).toBe(`job ${ENDED_JOBS_KEPT + 2}`);
  });
});

describe('one job per kind', () => {
  it('cancels the old one and runs the new one only after its end', async () => {
    const [first, second] = [openJob(), openJob()];
    const firstJob = startJob(first.spec);
    await vi.advanceTimersByTimeAsync(0);
    startJob(second.spec);
    await vi.advanceTimersByTimeAsync(9);
    expect(first.stopped).not.toHaveBeenCalled();
    expect(second.started).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await firstJob.end).status).toBe('cancelled');
    await vi.advanceTimersByTimeAsync(0);
    expect(second.started).toHaveBeenCalledOnce();
  });

  it('never runs a job that was overtaken while it waited', async () => {
    const [first, second, third] = [openJob(), openJob(), openJob()];
    startJob(first.spec);
    await vi.advanceTimersByTimeAsync(0);
    const overtaken = startJob(second.spec);
    startJob(third.spec);
    await vi.advanceTimersByTimeAsync(20);
    expect((await overtaken.end).status).toBe('cancelled');
    expect(second.started).not.toHaveBeenCalled();
    expect(third.started).toHaveBeenCalledOnce();
    expect(jobs().running).toHaveLength(1);
  });

  it('lets jobs of other kinds run beside it', async () => {
    startJob(openJob().spec);
    startJob(openJob({ kind: 'search' }).spec);
    await vi.advanceTimersByTimeAsync(20);
    expect(jobs().running.map((job) => job.kind)).toEqual(['ingest', 'search']);
  });
});

describe('progress', () => {
  const progress = (done: number) => ({ phase: 'reading', done, total: 100, unit: 'files' });

  it('reaches the store at most every 100 ms, and the latest always does', async () => {
    const job = openJob();
    startJob(job.spec);
    await vi.advanceTimersByTimeAsync(0);
    const changes = vi.fn<() => void>();
    const stop = store.subscribe(changes);
    for (let done = 1; done <= 50; done++) {
      job.report(progress(done));
      await vi.advanceTimersByTimeAsync(10);
    }
    stop();
    expect(changes.mock.calls.length).toBeLessThanOrEqual(7);
    await vi.advanceTimersByTimeAsync(100);
    expect(jobs().running[0]?.progress?.done).toBe(50);
    expect(jobs().running[0]?.rateHz).toBeNull();
    job.report(progress(90));
    await vi.advanceTimersByTimeAsync(600);
    job.report(progress(95));
    expect(jobs().running[0]?.rateHz).toBeGreaterThan(0);
  });

  it('stops with the job', async () => {
    const job = openJob();
    const { end } = startJob(job.spec);
    await vi.advanceTimersByTimeAsync(0);
    job.report(progress(1));
    job.report(progress(2));
    job.finish('');
    await end;
    const before = store.getState();
    job.report(progress(3));
    await vi.advanceTimersByTimeAsync(500);
    expect(store.getState().jobs).toBe(before.jobs);
  });
});

it('pauses and resumes only what can, and shows no rate over the pause', async () => {
  const setPaused = vi.fn<(paused: boolean) => void>();
  const { id } = startJob(openJob({ setPaused }).spec);
  const plain = startJob(openJob({ kind: 'search' }).spec);
  setJobPaused(id, true);
  setJobPaused(plain.id, true);
  expect(jobs().running.map(({ canPause, paused }) => [canPause, paused])).toEqual([
    [true, true],
    [false, false],
  ]);
  setJobPaused(id, false);
  expect(setPaused.mock.calls).toEqual([[true], [false]]);
  expect(jobs().running[0]).toMatchObject({ paused: false, rateHz: null });
  await vi.advanceTimersByTimeAsync(0);
});
