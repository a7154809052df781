// @vitest-environment happy-dom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WorkbenchError } from '../../core/errors.ts';
import type { Report } from '../../core/tasks.ts';
import { startJob, type StartedJob } from '../services/jobs.ts';
import type { RunningJob } from '../state/jobs.ts';
import { store } from '../state/store.ts';
import { renderInTheme, resetPage } from '../testing/render.tsx';
import { JobFailureDrawer } from './JobFailureDrawer.tsx';
import { JobTray } from './JobTray.tsx';
import { LiveRegion } from './LiveRegion.tsx';
import { dotOf } from './place-dots.ts';
import { describeProgress } from './RunningJobLine.tsx';

beforeEach(resetPage);
afterEach(resetPage);

function show() {
  renderInTheme(
    <>
      <JobTray />
      <JobFailureDrawer opened />
      <LiveRegion />
    </>,
  );
  return userEvent.setup();
}

const now = () => within(screen.getByRole('region', { name: 'Current job' }));

/** Starts a job that ends when the test says so, or when it is cancelled. */
async function startOpen(setPaused?: (paused: boolean) => void) {
  let report: Report = () => {};
  let finish = () => {};
  let job: StartedJob<number> | undefined;
  await act(async () => {
    job = startJob<number>({
      kind: 'ingest',
      label: 'Reading 2,000 files',
      place: 'cohort',
      ...(setPaused === undefined ? {} : { setPaused }),
      summarize: (end) => (end.status === 'done' ? `${end.value} samples read` : '812 samples were kept'),
      run: (signal, given) =>
        new Promise((resolve, reject) => {
          report = given;
          finish = () => resolve(1998);
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    });
    await Promise.resolve();
  });
  return {
    job,
    report: (done: number) => act(() => report({ phase: 'reading', done, total: 2000, unit: 'files' })),
    finish: () => act(finish),
  };
}

it('shows what runs and how far it is, then how it ended, with a link to the result', async () => {
  show();
  expect(now().getByText('Nothing is running.')).toBeTruthy();
  const { report, finish, job } = await startOpen();
  expect(dotOf(store.getState(), 'cohort')).toBe('running');
  report(500);
  expect(now().getByText('Reading 2,000 files')).toBeTruthy();
  expect(now().getByText('reading: 500 of 2,000 files')).toBeTruthy();
  expect(
    now().getByRole('progressbar', { name: 'Progress of Reading 2,000 files' }).getAttribute('aria-valuenow'),
  ).toBe('25');
  finish();
  await act(async () => void (await job?.end));
  expect(now().getByText('1998 samples read')).toBeTruthy();
  expect(
    now()
      .getByRole('link', { name: /Show the result/ })
      .getAttribute('href'),
  ).toBe('#/cohort');
  expect(now().queryByRole('progressbar')).toBeNull();
});

it('cancels, and says what was kept', async () => {
  const user = show();
  const { job } = await startOpen();
  await user.click(now().getByRole('button', { name: 'Cancel: Reading 2,000 files' }));
  await act(async () => void (await job?.end));
  expect(now().getByText(/^cancelled after/)).toBeTruthy();
  expect(now().getByText('812 samples were kept')).toBeTruthy();
  expect(dotOf(store.getState(), 'cohort')).toBe('empty');
});

it('offers a pause only where the job can be paused', async () => {
  const user = show();
  const setPaused = vi.fn<(paused: boolean) => void>();
  const { report, job } = await startOpen(setPaused);
  report(10);
  await user.click(now().getByRole('button', { name: 'Pause: Reading 2,000 files' }));
  expect(setPaused).toHaveBeenLastCalledWith(true);
  expect(now().getByText(/paused$/)).toBeTruthy();
  await user.click(now().getByRole('button', { name: 'Resume: Reading 2,000 files' }));
  expect(setPaused).toHaveBeenLastCalledWith(false);
  await user.click(now().getByRole('button', { name: /^Cancel/ }));
  await act(async () => void (await job?.end));
  const plain = await startOpen();
  expect(now().queryByRole('button', { name: /^Pause/ })).toBeNull();
  await user.click(now().getByRole('button', { name: /^Cancel/ }));
  await act(async () => void (await plain.job?.end));
});

it('opens a failure with its code, sentence, hint and details, and closing it takes the mark off the place', async () => {
  const user = show();
  await act(async () => {
    await startJob({
      kind: 'search',
      label: 'Searching',
      place: 'search',
      run: () =>
        Promise.reject(
          new WorkbenchError('search/target-too-small', 'The target group holds 1 sample.', {
            context: { count: 1 },
          }),
        ),
    }).end;
  });
  expect(dotOf(store.getState(), 'search')).toBe('attention');
  expect(screen.getByRole('button', { name: /1 failed/ })).toBeTruthy();
  await user.click(now().getByRole('button', { name: 'Details' }));
  const drawer = within(await screen.findByRole('dialog', { name: 'What happened' }));
  expect(drawer.getByText('search/target-too-small')).toBeTruthy();
  expect(drawer.getByText('The target group holds 1 sample.')).toBeTruthy();
  expect(drawer.getByText(/widen the target group/)).toBeTruthy();
  expect(drawer.getByText(/context: \{"count":1\}/)).toBeTruthy();
  await user.click(drawer.getByRole('button', { name: 'Close' }));
  await waitFor(() => expect(dotOf(store.getState(), 'search')).toBe('empty'));
});

it('lists every job and closes the list with Escape', async () => {
  const user = show();
  for (const label of ['First', 'Second']) {
    await act(async () => {
      await startJob({ kind: label, label, place: 'models', run: () => Promise.resolve() }).end;
    });
  }
  const toggle = screen.getByRole('button', { name: /^All jobs/ });
  await user.click(toggle);
  const list = screen.getByRole('region', { name: 'All jobs' });
  expect(
    within(list)
      .getAllByRole('listitem')
      .map((item) => item.textContent),
  ).toEqual([expect.stringMatching(/^Second/), expect.stringMatching(/^First/)]);
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('region', { name: 'All jobs' })).toBeNull();
});

it('speaks through one polite live region', () => {
  show();
  const regions = screen.getAllByRole('status');
  expect(regions).toHaveLength(1);
  expect(regions[0]?.getAttribute('aria-live')).toBe('polite');
});

it('describes progress with only what is known', () => {
  const job: RunningJob = {
    id: '1',
    kind: 'ingest',
    label: 'Reading',
    place: 'cohort',
    resultHref: '#/cohort',
    startedMs: 0,
    status: 'running',
    progress: null,
    rateHz: null,
    rateBytesHz: null,
    remainingMs: null,
    canPause: false,
    paused: false,
    cancelling: false,
  };
  const progress = { phase: 'reading', done: 1200, total: 2000, unit: 'files' };
  expect(describeProgress(job)).toBe('starting');
  expect(describeProgress({ ...job, progress })).toBe('reading: 1,200 of 2,000 files');
  expect(describeProgress({ ...job, progress: { ...progress, total: 0 } })).toBe('reading: 1,200 files');
  expect(describeProgress({ ...job, progress, rateHz: 396, rateBytesHz: 114e6, remainingMs: 2020 })).toBe(
    'reading: 1,200 of 2,000 files · 3 s left · 396 files/s · 114 MB/s',
  );
  const bytes = { doneBytes: 341e6, totalBytes: 568e6 };
  expect(describeProgress({ ...job, progress: { ...progress, ...bytes } })).toBe(
    'reading: 1,200 of 2,000 files · 341 MB of 568 MB',
  );
  expect(
    describeProgress({ ...job, progress: { ...progress, ...bytes, totalsGrow: true }, remainingMs: 2020 }),
  ).toBe('reading: 1,200 of 2,000 files found so far · 341 MB of 568 MB · at least 3 s left');
  expect(describeProgress({ ...job, progress, paused: true })).toBe('reading: 1,200 of 2,000 files · paused');
  expect(describeProgress({ ...job, progress, cancelling: true })).toBe('cancelling');
});
