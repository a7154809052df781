/**
 * The steps of a run: batches in, events out, validations and checkpoints where they are due. The engine, the store and the
 * person's wishes are given; nothing here knows where they come from.
 */
import { invariant } from '../../core/errors.ts';
import { createYielder, type Report } from '../../core/tasks.ts';
import type { NoticeEvent, TrainSpec, ValidationOverlay } from '../api/train.ts';
import type { Lock } from '../infer/lock.ts';
import { feedBatches, type FedBatch } from './batch-feed.ts';
import type { BatchPlan } from './batch-plan.ts';
import type { KeptWeights } from './checkpoint.ts';
import type { EngineState, TrainingEngine } from './engine.ts';
import { cancellable, orAborted } from './in-turn.ts';
import type { OptimizerRates } from './optimizer-rates.ts';
import type { RunControl } from './run-control.ts';
import { isBetter, isValidation, type RunLog, validationsSinceBest } from './run-log.ts';
import type { SampleFailure, SampleReader } from './sample-reader.ts';
import { learningRateAt } from './schedule.ts';
import { type InputLayout, makeStepInputs } from './step-inputs.ts';
import { createStepReports } from './step-reports.ts';
import type { RunEngines } from './training-device.ts';
import { validate } from './validate.ts';

/** Steps between measurements of the kernels, and the first one, when everything has run once. */
const PROFILE_EVERY_STEPS = 50;
const FIRST_PROFILE_STEP = 2;

/** What a run's steps need and what they change. */
export interface StepsOfRun {
  readonly spec: TrainSpec;
  readonly layout: InputLayout;
  readonly batches: BatchPlan;
  readonly engines: RunEngines;
  readonly reader: SampleReader;
  readonly control: RunControl;
  readonly log: RunLog;
  /** Steps that the engine has done. */
  readonly doneSteps: number;
  readonly keepCheckpoint: (state: EngineState) => Promise<void>;
  readonly keepBest: (weights: KeptWeights) => Promise<void>;
  readonly keepOverlays: (overlays: readonly ValidationOverlay[]) => Promise<void>;
  /** Steps and validations take turns with whatever else uses the device. */
  readonly exclusive: Lock;
}

export type StepsEnd = 'finished' | 'stopped-early';

export interface RunningSteps {
  /** To the end of the run. Errors: the signal's reason, `train/non-finite`, `train/no-samples`, the engine's, the store's. */
  run(signal: AbortSignal, report: Report): Promise<StepsEnd>;
  /** Writes a checkpoint of the step that was done last. */
  checkpoint(): Promise<void>;
}

/** The steps of a run, from those that are done on. */
export function createSteps(run: StepsOfRun): RunningSteps {
  const { spec, layout, batches, engines, reader, control, log, doneSteps } = run;
  const { settings } = spec;
  const { training: engine, validation } = engines;
  const { trainables, batchSize } = engine.plan;
  invariant(trainables !== undefined, 'a run trains by a plan without an optimiser');
  const schedule = {
    base: settings.learningRate,
    warmUpStepCount: settings.warmUpStepCount,
    decayStepCount: settings.decayEpochCount * batches.stepsPerEpoch,
  };
  const learningRateOf = (step: number) => learningRateAt(step - 1, schedule);
  const reports = createStepReports(engine, trainables, batches, learningRateOf, log.events);
  const unreadable = new Set<string>();
  let isProfiled = true;

  const tell = (step: number, notice: NoticeEvent['notice'], sentence: string) =>
    log.events.push({ kind: 'notice', step, notice, sentence });

  async function checkpoint(): Promise<void> {
    await reports.read();
    const state = await engine.state();
    tell(state.step, 'checkpoint', `A checkpoint of step ${state.step} was written.`);
    await run.keepCheckpoint(state);
    reports.restart();
  }

  function tellFailures(step: number, failures: readonly SampleFailure[]): void {
    for (const { id, error } of failures) {
      if (unreadable.has(id)) continue;
      unreadable.add(id);
      tell(step, 'fewer-samples', `The sample ${id.slice(0, 12)} is left out: ${error.message}`);
    }
  }

  async function runStep(step: number, batch: FedBatch, signal: AbortSignal): Promise<void> {
    const inputs = makeStepInputs(batch.samples, batchSize, layout);
    const rates: OptimizerRates = {
      learningRate: learningRateOf(step),
      weightDecay: settings.weightDecay,
    };
    if (isProfiled && (step === FIRST_PROFILE_STEP || step % PROFILE_EVERY_STEPS === 0)) {
      const times = await cancellable(run.exclusive, signal)(() => engine.profile(inputs, rates));
      if (times === undefined) isProfiled = false;
      else log.events.push({ kind: 'kernelTimes', step, times });
    } else {
      await cancellable(run.exclusive, signal)(() => engine.step(inputs, rates));
    }
    reports.count(batch.samples.length);
    tellFailures(step, batch.failures);
    if (reports.isDue) await reports.read();
  }

  const isLast = (step: number) => step === batches.stepCount;
  const isDue = (step: number, every: number) =>
    step > 0 && every > 0 && (step % every === 0 || isLast(step));

  /** Validates where it is due and was not done before the run was interrupted. */
  async function validateIfDue(step: number, signal: AbortSignal, report: Report): Promise<void> {
    if (validation === undefined || !isDue(step, settings.validateEverySteps)) return;
    if (log.events.some((event) => isValidation(event) && event.step === step)) return;
    await reports.read();
    const set = { samples: spec.validation, groupCount: spec.groups.length };
    const { plan } = validation;
    const evaluate: TrainingEngine['evaluate'] = (inputs) =>
      cancellable(run.exclusive, signal)(() => validation.evaluate(inputs));
    const found = await validate({ plan, evaluate }, reader, set, layout, step, signal, (done) =>
      report({ phase: 'Validating', done, total: spec.validation.length, unit: 'images' }),
    );
    const { event, overlays, failures } = found;
    tellFailures(step, failures);
    if (event !== undefined) {
      const isBest = isBetter(log.events, event);
      log.overlays = overlays;
      await run.keepOverlays(overlays);
      if (isBest) await run.keepBest(await engine.state());
      log.events.push({ ...event, isBest });
    }
    reports.restart();
  }

  const isPatienceOver = () => settings.patience > 0 && validationsSinceBest(log.events) >= settings.patience;

  return {
    checkpoint,
    async run(signal, report) {
      const progress = (step: number) =>
        report({ phase: 'Training', done: step, total: batches.stepCount, unit: 'steps' });
      const feed = feedBatches(spec, batches, reader, doneSteps);
      const yieldNow = createYielder(signal);
      let step = doneSteps;
      const onPause = (isPaused: boolean) => {
        tell(step, isPaused ? 'paused' : 'resumed', isPaused ? 'Paused.' : 'Going on.');
        reports.restart();
      };
      progress(step);
      await validateIfDue(step, signal, report);
      while (!isPatienceOver()) {
        await control.gate(signal, checkpoint, onPause);
        const batch = await orAborted(signal, feed.next());
        if (batch.done) break;
        step++;
        await runStep(step, batch.value, signal);
        await yieldNow();
        await validateIfDue(step, signal, report);
        if (isDue(step, settings.checkpointEverySteps) && !isLast(step)) await checkpoint();
        progress(step);
      }
      await checkpoint();
      return step < batches.stepCount ? 'stopped-early' : 'finished';
    },
  };
}
