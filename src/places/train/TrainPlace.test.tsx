// @vitest-environment happy-dom
/** The Train place over a worker that pretends to train: settings, a run from start to end, what interrupts it, what is kept. */
import { act, configure, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SampleRecord } from '../../../core/cohort/sample.ts';
import { recordOf } from '../../../core/cohort/testing-record.ts';
import { cancelJob, setJobPaused } from '../../services/jobs.ts';
import { store, update } from '../../state/store.ts';
import { selectTrainPlan } from '../../state/train-selectors.ts';
import {
  createFakeTraining,
  type FakeTraining,
  stepEvent,
  validationEvent,
} from '../../testing/fake-training.ts';
import { renderInTheme, resetPage } from '../../testing/render.tsx';
import { TrainPlace } from './TrainPlace.tsx';

// A busy machine may take seconds for what an idle one does in a tenth of one. Styles, which hide things, are not loaded
// here: to compute them for every element of the place takes most of a query's time.
configure({ defaultHidden: true });

const now = vi.hoisted(() => ({ fake: undefined as unknown }));
const fake = () => now.fake as FakeTraining;

vi.mock('../../services/workers.ts', () => ({
  startCompute: () => Promise.resolve(fake().running),
}));
vi.mock('../../services/models.ts', () => ({
  refreshMade: async (worker: { madeModels: () => Promise<never> }) => {
    const made = await worker.madeModels();
    update('models', (models) => ({ ...models, made }));
  },
  loadMadeModel: () => Promise.resolve(),
}));

/** What other tabs are at: there are no locks outside a browser. */
const elsewhere = vi.hoisted(() => new Set<string>());
vi.mock('../../services/run-lock.ts', () => ({
  withRunLock: (_runId: string, task: () => Promise<unknown>) => task(),
  runsElsewhere: () => Promise.resolve([...elsewhere]),
}));

const GROUPS = 3;

const record = (index: number): SampleRecord =>
  recordOf({
    id: String((index * 37) % 101).padStart(3, '0'),
    path: `${index % 5 === 0 ? 'test' : 'train'}/data_${index}.npz`,
    codes: { race: index % 3 },
  });

function loadCohort() {
  const records = Array.from({ length: 60 }, (_, index) => record(index));
  update('cohort', (cohort) => ({
    ...cohort,
    records,
    shards: records.map((_, index) => index % 2),
    codingChoice: { race: 'card' },
  }));
}

async function open() {
  renderInTheme(<TrainPlace />);
  await waitFor(() => expect(store.getState().train.restored).toBe(true));
  return userEvent.setup();
}

const startButton = () => screen.getByRole('button', { name: 'Start training' });
const job = () => store.getState().jobs.running.find(({ kind }) => kind === 'train');

async function start(user: ReturnType<typeof userEvent.setup>) {
  await waitFor(() => expect(startButton().hasAttribute('disabled')).toBe(false));
  await user.click(startButton());
  await waitFor(() => expect(fake().started.length).toBeGreaterThan(0));
  return fake().started.at(-1) as FakeTraining['started'][number];
}

beforeEach(() => {
  resetPage();
  now.fake = createFakeTraining();
  elsewhere.clear();
});
afterEach(async () => {
  for (const { id } of store.getState().jobs.running) cancelJob(id);
  await waitFor(() => {
    if (store.getState().jobs.running.length > 0) throw new Error('a job still runs');
  });
  resetPage();
});

describe('before a run', () => {
  it('asks for a cohort', async () => {
    await open();
    expect(screen.getByRole('heading', { level: 1, name: 'Train' })).toBeDefined();
    expect(screen.getAllByText(/Go to Cohort/).length).toBeGreaterThan(0);
  });

  it('says how many images are trained on and validated with, never of the test split, and what it takes', async () => {
    loadCohort();
    await open();
    const plan = screen.getByLabelText('The next run');
    expect(plan.textContent).toContain('43 images (train split)');
    expect(plan.textContent).toContain('5 images (train split, seed 1)');
    await waitFor(() => expect(plan.textContent).toContain('123 MB'));
    expect(plan.textContent).toContain('5 GFLOP a step');
    const { training, validation } = selectTrainPlan(store.getState());
    const ids = new Set(training.map(({ id }) => id));
    expect(validation.some(({ id }) => ids.has(id))).toBe(false);
    const testIds = new Set(
      store
        .getState()
        .cohort.records.filter(({ path }) => path.startsWith('test'))
        .map(({ id }) => id),
    );
    expect([...training, ...validation].some(({ id }) => testIds.has(id))).toBe(false);
  });

  it('stores frozen weights as 32-bit unless told otherwise, and asks only where there are some', async () => {
    loadCohort();
    const user = await open();
    const storage = () => screen.queryByRole<HTMLSelectElement>('combobox', { name: 'Frozen weights' });
    expect(storage()?.value).toBe('f32');
    await user.selectOptions(storage() as HTMLSelectElement, '16-bit: half the memory');
    await user.selectOptions(screen.getByRole('combobox', { name: 'Trained weights' }), 'All weights');
    expect(storage()).toBeNull();
    const trained = screen.getByRole('combobox', { name: 'Trained weights' });
    await user.selectOptions(trained, 'LoRA adapters and decoder');
    expect(storage()?.value).toBe('f16');
    const spec = await start(user);
    expect(spec.settings.frozenWeights).toBe('f16');
  });

  it('marks a changed setting, resets it, and lets the defaults follow the method and the model', async () => {
    loadCohort();
    const user = await open();
    const rate = () => screen.getByRole<HTMLInputElement>('textbox', { name: /^Learning rate/ });
    const before = rate().value;
    await user.clear(rate());
    await user.type(rate(), '0.01');
    expect(store.getState().train.changes.learningRate).toBe(0.01);
    await user.click(screen.getByRole('button', { name: /^Reset Learning rate/ }));
    expect(rate().value).toBe(before);
    expect(store.getState().train.changes).toEqual({});
    await user.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'My SAMed');
    expect(rate().value).toBe('0.005');
    await user.selectOptions(screen.getByRole('combobox', { name: 'Fairness method' }), 'FEBS');
    expect(rate().value).toBe('0.0005');
    expect(screen.getByRole('textbox', { name: /^Exponent/ })).toBeDefined();
  });

  it('refuses a number outside its limits, with the limits', async () => {
    loadCohort();
    const user = await open();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'My SAMed');
    const batch = screen.getByRole('textbox', { name: /^Batch/ });
    await user.clear(batch);
    await user.type(batch, '9999');
    expect(screen.getByText('From 1 to 512.')).toBeDefined();
    expect(startButton().hasAttribute('disabled')).toBe(true);
  });

  it('refuses a loss of which nothing is left', async () => {
    loadCohort();
    const user = await open();
    for (const name of [/^Weight of cross-entropy/, /^Weight of the Dice loss/]) {
      const weight = screen.getByRole('textbox', { name });
      await user.clear(weight);
      await user.type(weight, '0');
    }
    expect(screen.getByText(/Both weights of the loss are 0/)).toBeDefined();
    expect(startButton().hasAttribute('disabled')).toBe(true);
  });

  it('warns of steps after the decay, of which nothing comes', async () => {
    loadCohort();
    const user = await open();
    const change = async (name: RegExp, value: string) => {
      const field = screen.getByRole('textbox', { name });
      await user.clear(field);
      await user.type(field, value);
    };
    // 43 images by 20 are 3 steps an epoch.
    await change(/^Batch/, '20');
    await change(/^Warm-up/, '1');
    await change(/^Epochs \(/, '3');
    expect(screen.queryByText(/The decay ends before the run/)).toBeNull();
    await change(/^Epochs of the decay/, '1');
    expect(screen.getByText(/in the last 4 steps the learning rate is 0/)).toBeDefined();
  });

  it('gives the focus of a reset to its setting', async () => {
    loadCohort();
    const user = await open();
    const batch = screen.getByRole('textbox', { name: /^Batch/ });
    await user.clear(batch);
    await user.type(batch, '3');
    await user.click(screen.getByRole('button', { name: /^Reset Batch/ }));
    expect(document.activeElement).toBe(batch);
  });

  it('lists models that cannot be trained, disabled and with the reason', async () => {
    fake().untrainable.set('baseline-segmenter', 'It has no weights.');
    loadCohort();
    const user = await open();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'My SAMed');
    const option = await screen.findByRole<HTMLOptionElement>('option', {
      name: 'Baseline segmenter (not trainable)',
    });
    expect(option.disabled).toBe(true);
    expect(screen.getByText(/It has no weights\./)).toBeDefined();
  });

  it('says where there is no GPU what to do, and leaves the settings readable', async () => {
    now.fake = createFakeTraining('wasm');
    update('device', () => ({ status: 'ready', report: fake().running.report }));
    loadCohort();
    await open();
    expect(screen.getByText('No GPU to train on')).toBeDefined();
    expect(startButton().hasAttribute('disabled')).toBe(true);
    expect(screen.getByRole('textbox', { name: /^Learning rate/ })).toBeDefined();
    expect(fake().calls).not.toContain('estimate');
  });
});

describe('a run', () => {
  it('shows its steps and validations as they come, and its models at the end', async () => {
    loadCohort();
    const user = await open();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'My SAMed');
    const spec = await start(user);
    expect(spec.training).toHaveLength(43);
    expect(spec.origin?.cohortCount).toBe(60);
    await screen.findByRole('heading', { level: 2, name: /Plain, train split, seed \d+ running/ });
    act(() =>
      fake().emit([
        ...Array.from({ length: 30 }, (_, i) => stepEvent(i + 1, GROUPS)),
        validationEvent(30, GROUPS),
      ]),
    );
    await waitFor(() =>
      expect(screen.getByRole('region', { name: 'Step' }).textContent).toContain('30 of 120'),
    );
    const loss = screen.getByRole('figure', { name: 'Loss of every step' });
    expect(within(loss).getByRole('img').getAttribute('aria-label')).toContain('n = 30 steps');
    expect(screen.getByRole('figure', { name: /^Disc Dice on the validation set by/ })).toBeDefined();
    await waitFor(() => expect(fake().calls).toContain(`overlays ${spec.runId}`));
    act(() => fake().finish());
    await screen.findByRole('button', { name: 'Evaluate its best model' });
    expect(screen.getByRole('button', { name: 'Search with its encoder' })).toBeDefined();
    expect(job()).toBeUndefined();

    await user.click(screen.getByRole('button', { name: 'Export run' }));
    await user.click(await screen.findByRole('menuitem', { name: /\.safetensors\), best/ }));
    await waitFor(() =>
      expect(store.getState().jobs.ended[0]).toMatchObject({
        status: 'done',
        summary: 'best.safetensors, 7 B.',
      }),
    );
  });

  it('is started once however often it is asked for, and leaves the focus where it is', async () => {
    loadCohort();
    const user = await open();
    await waitFor(() => expect(startButton().hasAttribute('disabled')).toBe(false));
    await user.dblClick(startButton());
    await waitFor(() => expect(fake().started).toHaveLength(1));
    await user.click(startButton());
    await screen.findByRole('heading', { level: 2, name: /running/ });
    expect(fake().started).toHaveLength(1);
    expect(store.getState().jobs.ended.filter(({ kind }) => kind === 'train')).toEqual([]);
    expect(document.activeElement).toBe(startButton());
  });

  it('leaves the estimate of the next run to follow the settings', async () => {
    loadCohort();
    const user = await open();
    await start(user);
    const count = () => fake().calls.filter((call) => call === 'estimate').length;
    const before = count();
    await user.type(screen.getByRole('textbox', { name: /^Epochs \(/ }), '{ArrowUp}');
    await waitFor(() => expect(count()).toBeGreaterThan(before));
  });

  it('can be paused, goes on, and is kept as interrupted when it is cancelled', async () => {
    loadCohort();
    const user = await open();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'My SAMed');
    await start(user);
    const id = job()?.id ?? '';
    act(() => setJobPaused(id, true));
    await waitFor(() => expect(fake().calls).toContain('pause'));
    expect(screen.getByText(/The run is paused/)).toBeDefined();
    act(() => setJobPaused(id, false));
    await waitFor(() => expect(fake().calls).toContain('resume'));
    act(() => cancelJob(id));
    await screen.findByRole('button', { name: 'Go on from the beginning' });
  });

  it('starts again by itself when the device is lost, and says so', async () => {
    loadCohort();
    const user = await open();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'My SAMed');
    const spec = await start(user);
    await screen.findByRole('heading', { level: 2, name: /running/ });
    const lost = fake();
    const next = createFakeTraining();
    now.fake = next;
    act(() => lost.lose());
    await waitFor(() => expect(next.started).toHaveLength(1));
    expect(next.started[0]?.runId).toBe(spec.runId);
    await screen.findByText('The device was lost');
    expect(job()).toBeDefined();
    expect(next.calls).not.toContain('pause');
  });

  it('is paused on the next device too when it was paused as its device was lost', async () => {
    loadCohort();
    const user = await open();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'My SAMed');
    await start(user);
    const lost = fake();
    act(() => setJobPaused(job()?.id ?? '', true));
    await waitFor(() => expect(lost.calls).toContain('pause'));
    const next = createFakeTraining();
    now.fake = next;
    act(() => lost.lose());
    await waitFor(() => expect(next.calls).toContain('pause'));
  });

  it('writes a checkpoint when its tab is hidden, and says what hiding costs', async () => {
    loadCohort();
    const user = await open();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'My SAMed');
    await start(user);
    await screen.findByText(/Keep this tab in view/);
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    act(() => void document.dispatchEvent(new Event('visibilitychange')));
    visibility.mockRestore();
    await waitFor(() => expect(fake().calls).toContain('checkpoint'));
    expect(screen.getByText(/This tab was hidden 1 time/)).toBeDefined();
  });
});

describe('a run of an earlier visit', () => {
  const spec = (ids: readonly string[]) => ({
    runId: 'earlier',
    name: 'Earlier run',
    model: { kind: 'made', id: 'cd34' } as const,
    settings: { objective: { kind: 'plain' }, batchSize: 4, epochCount: 2 } as never,
    attribute: 'Race',
    groups: ['Asian', 'Black', 'White'],
    training: ids.map((id) => ({ id, shard: 7, group: 0 })),
    validation: [],
  });

  it('is offered to go on, with its samples where they are now', async () => {
    loadCohort();
    const { id } = store.getState().cohort.records[3] as SampleRecord;
    fake().leave(spec([id]));
    const user = await open();
    await screen.findByText('This run was interrupted');
    // What it has learnt so far can be used as that of a finished run.
    await user.click(screen.getByRole('button', { name: 'Evaluate its last model' }));
    await waitFor(() => expect(fake().calls).toContain('models earlier'));
    await user.click(screen.getByRole('button', { name: 'Go on from step 25' }));
    await waitFor(() => expect(fake().started).toHaveLength(1));
    expect(fake().started[0]?.training).toEqual([{ id, shard: 1, group: 0 }]);
  });

  it('can neither go on nor be deleted while another tab is at it, and is read anew when the person comes back', async () => {
    loadCohort();
    const { id } = store.getState().cohort.records[3] as SampleRecord;
    fake().leave(spec([id]));
    elsewhere.add('earlier');
    await open();
    await screen.findByText('Another tab is at this run');
    expect(screen.queryByRole('button', { name: /^Go on/ })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Delete' })).toBeNull();
    elsewhere.clear();
    act(() => void window.dispatchEvent(new Event('focus')));
    await screen.findByRole('button', { name: 'Go on from step 25' });
    expect(screen.getByRole('button', { name: 'Delete' })).toBeDefined();
  });

  it('cannot go on without its samples, and can be deleted after a question', async () => {
    loadCohort();
    fake().leave(spec(['not there']));
    const user = await open();
    const goOn = await screen.findByRole('button', { name: 'Go on from step 25' });
    expect(goOn.hasAttribute('disabled')).toBe(true);
    expect(screen.getByText(/1 image of this run is not in the cohort now/)).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Delete' }));
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Keep' }));
    await user.keyboard('{Enter}');
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Delete' }));
    await user.click(screen.getByRole('button', { name: 'Delete' }));
    await user.click(screen.getByRole('button', { name: 'Delete' }));
    await waitFor(() => expect(store.getState().train.runs).toHaveLength(0));
    expect(document.activeElement).toBe(screen.getByRole('heading', { level: 1 }));
  });
});

describe('the check of the GPU', () => {
  it('is made when asked for and shown with what was compared', async () => {
    const user = await open();
    await user.click(screen.getByRole('button', { name: 'Check this GPU' }));
    await screen.findByText(/1 kernel, 1 gradient, all agree with the oracle/);
    await user.click(screen.getByText('What was compared'));
    expect(screen.getByRole('region', { name: 'Check of pretended' })).toBeDefined();
  });
});
