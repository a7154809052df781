/** A run from its start, or from its checkpoint, to its end: the network made ready, the steps, and what is kept of them. */
import { isAbortError, serializeError, WorkbenchError } from '../../core/errors.ts';
import { hashText } from '../../core/sha256.ts';
import type { Report } from '../../core/tasks.ts';
import type { TrainRun, TrainSpec, TrainStatus } from '../api/train.ts';
import type { SampleSource } from '../api/data.ts';
import type { Lock } from '../infer/lock.ts';
import { initialValues } from './initial-values.ts';
import { prepareRun } from './prepare-run.ts';
import type { RunControl } from './run-control.ts';
import { bestOf, eventsUpTo, type RunLog } from './run-log.ts';
import { createSteps } from './run-steps.ts';
import type { RunStore } from './run-store.ts';
import { createSampleReader } from './sample-reader.ts';
import type { TrainableModel } from './trainable-model.ts';
import type { TrainingDevice } from './training-device.ts';

/** What a run takes place in. */
export interface RunSurroundings {
  readonly device: TrainingDevice;
  /** Steps take turns with whatever else uses the device. */
  readonly exclusive: Lock;
  readonly store: RunStore;
  readonly sources: () => ReadonlyMap<number, SampleSource>;
  /** Makes the kept weights of a run loadable models: best where there is one, and last. */
  readonly addModels: (run: TrainRun) => Promise<TrainRun['models']>;
}

/** Of everything that the numbers of a run follow from, but for the adapter. */
export function fingerprintOf(
  { settings, groups, training, validation }: TrainSpec,
  modelHash: string,
): string {
  const samples = [training, validation].map((list) => list.map(({ id, group }) => [id, group]));
  return hashText(JSON.stringify([modelHash, settings, groups, samples]));
}

/** Errors: `train/no-run` when the weights that a run started from are others now: what it trained is no change of these. */
export function requireSameWeights({ spec, modelHash }: TrainRun, { hash }: TrainableModel): void {
  if (modelHash === undefined || modelHash === hash) return;
  throw new WorkbenchError(
    'train/no-run',
    `The run '${spec.name}' was begun from weights of its model that have changed since; start a new one.`,
  );
}

/**
 * Trains to the end of the run, going on from its checkpoint where it has one. Cancelled, or when its device is lost, it is kept
 * as interrupted, the first with a checkpoint of the last step.
 * Errors: the signal's reason; `train/*`, `gpu/*`, `runtime/run-failed`; `train/no-run` when the run of this id was begun with
 * other settings, samples or weights.
 */
export async function trainRun(
  spec: TrainSpec,
  model: TrainableModel,
  { device, exclusive, store, sources, addModels }: RunSurroundings,
  control: RunControl,
  log: RunLog,
  signal: AbortSignal,
  report: Report,
): Promise<TrainRun> {
  const { settings } = spec;
  const startMs = performance.now();
  const fingerprint = fingerprintOf(spec, model.hash);
  const { runId } = spec;
  const [before, kept] = [await store.find(runId), await store.checkpoint(runId)];
  if (before !== undefined) requireSameWeights(before, model);
  const begun = [before && fingerprintOf(before.spec, model.hash), kept?.fingerprint];
  if (begun.some((each) => each !== undefined && each !== fingerprint)) {
    throw new WorkbenchError(
      'train/no-run',
      `The run '${spec.name}' was begun with other settings or samples; start a new one.`,
    );
  }
  const prepared = prepareRun(spec, model.sizes, device);
  const { task, batches, estimate } = prepared;
  let run: TrainRun = {
    spec,
    status: 'running',
    startedAt: before?.startedAt ?? new Date().toISOString(),
    step: kept?.state.step ?? 0,
    stepCount: batches.stepCount,
    adapter: device.adapter,
    checkpointStep: kept?.state.step ?? 0,
    best: undefined,
    estimate,
    elapsedMs: before?.elapsedMs ?? 0,
    error: undefined,
    modelHash: model.hash,
    models: before?.models ?? [],
    gpuCheck: await store.gpuCheck(device.adapter),
  };
  const elapsedBeforeMs = run.elapsedMs;
  const update = async (changed: Partial<TrainRun>) => {
    const elapsedMs = elapsedBeforeMs + performance.now() - startMs;
    run = { ...run, ...changed, elapsedMs, best: bestOf(log.events) };
    await store.write(run);
  };

  if (kept !== undefined) {
    log.events.push(...eventsUpTo(await store.events(runId), kept.state.step));
    const { step } = kept.state;
    const from = `Going on from the checkpoint of step ${step}`;
    const isOther = before !== undefined && before.adapter !== device.adapter;
    log.events.push({
      kind: 'notice',
      step,
      notice: 'restarted',
      sentence: isOther ? `${from}, made on ${before.adapter}, with ${device.adapter}.` : `${from}.`,
    });
  }
  await update({});
  const values = initialValues(model, task.graph, Math.max(spec.groups.length, 1), settings.seed);
  const engines = await device.open(prepared, values, signal, report).catch(async (error: unknown) => {
    await update(endOf(error, signal));
    throw error;
  });
  try {
    if (kept !== undefined) await engines.training.restore(kept.state);
    const { side, logitSide, logits } = task.network;
    const steps = createSteps({
      spec,
      layout: { side, logitSide, logits, preset: settings.preset },
      batches,
      engines,
      reader: createSampleReader(sources, {
        kind: 'segmentation',
        crop: settings.crop,
        side,
        preset: settings.preset,
      }),
      control,
      log,
      doneSteps: run.step,
      exclusive,
      keepOverlays: (overlays) => store.writeOverlays(runId, overlays),
      keepBest: (weights) => store.writeBest(runId, weights),
      async keepCheckpoint(state) {
        await store.writeCheckpoint(runId, { fingerprint, state }, log.events);
        await update({ step: state.step, checkpointStep: state.step });
      },
    });
    try {
      const status = await steps.run(signal, report);
      await update({ status, models: await addModels(run) });
      return run;
    } catch (error) {
      // What cannot be written now was written at the last checkpoint.
      if (signal.aborted) await steps.checkpoint().catch(() => undefined);
      await update(endOf(error, signal));
      throw error;
    }
  } finally {
    control.finish();
    engines.destroy();
  }
}

/** How a run that did not come to its end is kept. */
function endOf(error: unknown, signal: AbortSignal): { status: TrainStatus } & Pick<TrainRun, 'error'> {
  const isInterrupted =
    signal.aborted ||
    isAbortError(error) ||
    (error instanceof WorkbenchError && error.code === 'gpu/device-lost');
  return isInterrupted
    ? { status: 'interrupted', error: undefined }
    : { status: 'failed', error: serializeError(error) };
}
