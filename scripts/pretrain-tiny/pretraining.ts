/**
 * SAMed-Tiny's pretraining and the check of what came of it, on whatever device there is: runs of the workbench's own training
 * loop, of which only the images and the first weights are made here.
 */
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import type { NamedTensors } from '../../core/formats/tensor-source.ts';
import { DENSE_POSITIONS } from '../../models/zoo/samed-positions.ts';
import { SAMED_TINY, SAMED_TINY_CROP } from '../../models/zoo/samed-tiny.ts';
import type {
  TrainEvent,
  TrainSample,
  TrainSettings,
  TrainSpec,
  ValidationEvent,
} from '../../workers/api/train.ts';
import type { CacheStorage } from '../../workers/infer/cache-storage.ts';
import { initialValues } from '../../workers/train/initial-values.ts';
import { prepareRun } from '../../workers/train/prepare-run.ts';
import { SAMED_TINY_RECIPE } from '../../workers/train/recipes.ts';
import { createRunControl } from '../../workers/train/run-control.ts';
import { isStep, isValidation } from '../../workers/train/run-log.ts';
import { createRunStore } from '../../workers/train/run-store.ts';
import { createSampleReader } from '../../workers/train/sample-reader.ts';
import { trainRun } from '../../workers/train/train-run.ts';
import type { NetworkSizes, TrainableModel } from '../../workers/train/trainable-model.ts';
import type { TrainingDevice } from '../../workers/train/training-device.ts';
import { createLock } from '../../workers/infer/lock.ts';
import { validate } from '../../workers/train/validate.ts';
import { createEyes, type Eyes } from './eye-source.ts';
import { drawWeights, positionsOf } from './initial-weights.ts';
import {
  type PretrainingOptions,
  type PretrainingSummary,
  type RunSummary,
  type Score,
  WEIGHTS_FILE,
} from './options.ts';

/** Names of the demo cohort's groups of race, by code. */
const GROUPS = ['Asian', 'Black', 'White'];

/** Every weight trains, with the published loss and augmentation. */
const PRETRAINING_SETTINGS: TrainSettings = {
  ...SAMED_TINY_RECIPE,
  trainable: 'all',
  rank: 0,
  learningRate: 0.001,
  weightDecay: 0.1,
  warmUpStepCount: 50,
  batchSize: 16,
  crop: SAMED_TINY_CROP,
  validateEverySteps: 100,
  checkpointEverySteps: 50,
};

/** Where runs take place and are kept, and who is told. */
export interface Workplace {
  readonly device: TrainingDevice;
  readonly storage: CacheStorage;
  readonly say: (sentence: string) => void;
}

interface RunResult {
  readonly weights: NamedTensors;
  readonly score: Score;
  readonly losses: readonly number[];
  readonly seconds: number;
}

const TINY_SIZES: NetworkSizes = { kind: 'samed', configuration: SAMED_TINY };

/** A SAMed-Tiny of these weights, for the loop. */
function modelOf(weights: NamedTensors): TrainableModel {
  const tensors = new Map([...weights, [DENSE_POSITIONS, positionsOf(weights, SAMED_TINY)] as const]);
  return {
    sizes: TINY_SIZES,
    // What a run of this script starts from follows from its settings.
    hash: 'drawn',
    shapes: new Map(Array.from(tensors, ([name, { shape }]) => [name, shape])),
    read: async (name) => Float32Array.from(tensors.get(name)?.data ?? []),
  };
}

function describe(event: TrainEvent): string | undefined {
  if (isStep(event) && event.step % 10 === 0) {
    return `step ${event.step}: loss ${event.loss.toFixed(4)}, ${event.samplesPerSecond.toFixed(1)} images/s`;
  }
  if (isValidation(event)) {
    const [rim, cup, disc] = [event.rimDice, event.cupDice, event.discDice].map((dice) => dice.toFixed(4));
    return `step ${event.step}: Dice of ${event.imageCount} images: rim ${rim}, cup ${cup}, disc ${disc}`;
  }
  return undefined;
}

/** What a run is of, beside the model. */
function specOf(
  runId: string,
  settings: TrainSettings,
  training: readonly TrainSample[],
  validation: readonly TrainSample[],
): TrainSpec {
  const model = { kind: 'embedded', name: 'samed-tiny' } as const;
  return { runId, name: runId, model, settings, attribute: 'race', groups: GROUPS, training, validation };
}

const scoreOf = (event: Omit<ValidationEvent, 'isBest'>): Score => ({
  imageCount: event.imageCount,
  rim: event.rimDice,
  cup: event.cupDice,
  disc: event.discDice,
  discByGroup: event.groupDiscDice,
});

/** Runs to its end, or goes on with what the storage has of it. */
async function run(place: Workplace, eyes: Eyes, spec: TrainSpec, weights: NamedTensors): Promise<RunResult> {
  const { device, storage, say } = place;
  const store = createRunStore(storage);
  const events: TrainEvent[] = [];
  let saidCount = 0;
  const tell = () => {
    for (const event of events.slice(saidCount)) {
      const sentence = describe(event);
      if (sentence !== undefined) say(`${spec.name}, ${sentence}`);
    }
    saidCount = events.length;
  };
  const done = await trainRun(
    spec,
    modelOf(weights),
    {
      device,
      exclusive: createLock(),
      store,
      sources: () => new Map([[0, eyes.source]]),
      addModels: async () => [],
    },
    createRunControl(),
    { events, overlays: [] },
    new AbortController().signal,
    tell,
  );
  tell();
  const kept = await store.weights(spec.runId, 'last');
  const last = events.findLast(isValidation);
  if (kept === undefined || last === undefined) throw new Error(`The run '${spec.name}' kept nothing.`);
  const trained = Array.from(weights, ([name, { shape, data }]) => {
    return [name, { shape, data: kept.values.get(name) ?? data }] as const;
  });
  return {
    weights: new Map(trained),
    score: scoreOf(last),
    losses: events.filter(isStep).map(({ loss }) => loss),
    seconds: done.elapsedMs / 1000,
  };
}

/** Dice of the model as it is, without training. */
async function score(
  { device }: Workplace,
  eyes: Eyes,
  spec: TrainSpec,
  weights: NamedTensors,
): Promise<Score> {
  const { settings, validation: samples, groups } = spec;
  const { signal } = new AbortController();
  const model = modelOf(weights);
  const prepared = prepareRun(spec, TINY_SIZES, device);
  const { task } = prepared;
  const values = initialValues(model, task.graph, groups.length, settings.seed);
  const engines = await device.open(prepared, values, signal, () => undefined);
  try {
    const { side, logitSide, logits } = task.network;
    const { preset, crop } = settings;
    const reader = createSampleReader(() => new Map([[0, eyes.source]]), {
      kind: 'segmentation',
      crop,
      side,
      preset,
    });
    const layout = { side, logitSide, logits, preset };
    const set = { samples, groupCount: groups.length };
    const found =
      engines.validation &&
      (await validate(engines.validation, reader, set, layout, 0, signal, () => undefined));
    if (found?.event === undefined) throw new Error('There is no image to score.');
    return scoreOf(found.event);
  } finally {
    engines.destroy();
  }
}

const MEAN_OVER_STEPS = 10;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const summaryOf = ({ seconds, losses, score: dice }: RunResult): RunSummary => ({
  seconds,
  stepCount: losses.length,
  firstLoss: mean(losses.slice(0, MEAN_OVER_STEPS)),
  lastLoss: mean(losses.slice(-MEAN_OVER_STEPS)),
  score: dice,
});

/**
 * Pretrains and keeps the weights, scores them on the demo cohort's test split, fine-tunes adapters and decoder on subjects of its
 * train split and scores that. Goes on from what the storage holds.
 * Errors: those of training.
 */
export async function pretrain(place: Workplace, options: PretrainingOptions): Promise<PretrainingSummary> {
  const { seed, epochCount, fineTuningEpochCount } = options;
  const { device, storage, say } = place;
  const eyes = createEyes(options, SAMED_TINY_CROP);
  const pretrainingSettings = { ...PRETRAINING_SETTINGS, epochCount, decayEpochCount: epochCount, seed };
  const pretraining = await run(
    place,
    eyes,
    specOf('pretraining', pretrainingSettings, eyes.training, eyes.validation),
    drawWeights(SAMED_TINY, seed),
  );
  const { weights } = pretraining;
  const file = await storage.create(WEIGHTS_FILE.folder, WEIGHTS_FILE.name);
  const made = { epochs: String(epochCount), seed: String(seed), adapter: device.adapter };
  await file.write(writeSafetensors(weights, made));
  await file.close();
  say(`Weights kept after ${Math.round(pretraining.seconds)} s.`);

  const fineTuningSettings = {
    ...SAMED_TINY_RECIPE,
    crop: SAMED_TINY_CROP,
    epochCount: fineTuningEpochCount,
    decayEpochCount: fineTuningEpochCount,
    seed,
    // At the end of the run only.
    validateEverySteps: Number.MAX_SAFE_INTEGER,
  };
  const spec = specOf('fine-tuning', fineTuningSettings, eyes.fineTuning, eyes.heldOut);
  const alone = await score(place, eyes, spec, weights);
  say(
    `Alone on ${alone.imageCount} demo subjects: disc ${alone.disc.toFixed(4)}, cup ${alone.cup.toFixed(4)}`,
  );
  const fineTuning = await run(place, eyes, spec, weights);
  return {
    adapter: device.adapter,
    pretraining: summaryOf(pretraining),
    alone,
    fineTuning: summaryOf(fineTuning),
  };
}
