/** What is written down of a run: its provenance, the log of its steps as CSV, everything as JSON. */
import type { StepEvent, TrainEvent, TrainRun } from '../../workers/api/train.ts';
import { serializeCsv } from '../charts/export-table.ts';
import { saveFile } from '../charts/export.ts';
import { createProvenance, type Provenance, provenanceComment } from './provenance.ts';

/** Settings in the words of an export, nested ones by path. */
function settingsForExport({ spec, adapter, estimate }: TrainRun): Provenance['settings'] {
  const { objective, ...plain } = spec.settings;
  const entries = Object.entries(objective).map(([key, value]): [string, string | number] => [
    key === 'kind' ? 'method' : `method ${key}`,
    value as string | number,
  ]);
  return {
    ...Object.fromEntries(entries),
    ...plain,
    training: `${spec.origin?.trainingLabel ?? 'unknown'}, n = ${spec.training.length}`,
    validation: `${spec.origin?.validationLabel ?? 'unknown'}, n = ${spec.validation.length}`,
    groups: `${spec.attribute}: ${spec.groups.join(', ')}`,
    adapter,
    chosenMicroBatch: estimate.microBatch,
    chosenRecomputation: estimate.recomputation,
  };
}

/** SHA-256 of what a run started from; the name of an embedded model where a run of an older version did not note it. */
export function modelIdOf({ spec: { model }, modelHash }: TrainRun): string {
  return model.kind === 'made' ? model.id : (modelHash ?? model.name);
}

/** Provenance of a run and its figures: cohort, filter and version are those of its start, not of the moment of export. */
export async function trainProvenance(run: TrainRun): Promise<Provenance> {
  const { settings, origin } = run.spec;
  const modelId = modelIdOf(run);
  const now = await createProvenance({
    model: { id: modelId, name: origin?.modelName ?? modelId },
    settings: settingsForExport(run),
    seed: settings.seed,
  });
  if (origin === undefined) return now;
  return {
    ...now,
    software: `EquiSeg ${origin.softwareVersion}`,
    createdAt: run.startedAt,
    cohort: {
      hash: origin.cohortHash,
      count: origin.cohortCount,
      demo: now.cohort.hash === origin.cohortHash ? now.cohort.demo : null,
    },
    filter: { text: origin.filterText, passingCount: origin.filterPassingCount },
  };
}

function nameOf(run: TrainRun): string {
  return `equiseg-run-${run.spec.settings.objective.kind}-n${run.spec.training.length}-seed${run.spec.settings.seed}`;
}

function stepsCsv(run: TrainRun, steps: readonly StepEvent[]): string {
  const groups = run.spec.groups.map((label, index) => ({
    key: `group_loss_${label.toLowerCase().replaceAll(/\W+/g, '_')}`,
    label,
    index,
  }));
  return serializeCsv({
    columns: [
      { key: 'step', label: 'Step', kind: 'count' },
      { key: 'epoch', label: 'Epoch', kind: 'count' },
      ...['loss', 'cross_entropy', 'dice_loss', 'learning_rate', 'gradient_norm', 'samples_per_second'].map(
        (key) => ({ key, label: key, kind: 'number' as const }),
      ),
      ...groups.map(({ key, label }) => ({ key, label, kind: 'number' as const })),
    ],
    rows: steps.map((step) => ({
      step: step.step,
      epoch: step.epoch,
      loss: step.loss,
      cross_entropy: step.crossEntropy,
      dice_loss: step.dice,
      learning_rate: step.learningRate,
      gradient_norm: step.gradientNorm,
      samples_per_second: step.samplesPerSecond,
      ...Object.fromEntries(groups.map(({ key, index }) => [key, step.groupLoss[index] ?? null])),
    })),
  });
}

/** Saves every step as a row. */
export async function saveStepsCsv(run: TrainRun, events: readonly TrainEvent[]): Promise<void> {
  const steps = events.filter((event) => event.kind === 'step');
  const text = provenanceComment(await trainProvenance(run)) + stepsCsv(run, steps);
  saveFile(`${nameOf(run)}-steps.csv`, new Blob([text], { type: 'text/csv;charset=utf-8' }));
}

/** Saves the run with its settings, sample lists, GPU check and every event. */
export async function saveRunJson(run: TrainRun, events: readonly TrainEvent[]): Promise<void> {
  const text = JSON.stringify({ provenance: await trainProvenance(run), run, events }, null, 1);
  saveFile(`${nameOf(run)}.json`, new Blob([text], { type: 'application/json' }));
}
