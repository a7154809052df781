/** Dice of the network as it stands on the validation images, at the side of its input, and overlays of a few of them. */
import { upsampleArgmax } from '../../core/imaging/upsample-argmax.ts';
import { CLASS_COUNT } from '../../core/segmentation/classes.ts';
import { countOverlap, scoreImage } from '../../core/segmentation/overlap.ts';
import type { TrainSample, ValidationEvent, ValidationOverlay } from '../api/train.ts';
import type { TrainingEngine } from './engine.ts';
import type { PreparedSample, SampleFailure, SampleReader } from './sample-reader.ts';
import { type InputLayout, makeStepInputs } from './step-inputs.ts';

const OVERLAY_COUNT = 6;
const GREY_LEVELS = 255;

export interface Validation {
  /** Undefined when no image could be read. */
  readonly event: Omit<ValidationEvent, 'isBest'> | undefined;
  readonly overlays: readonly ValidationOverlay[];
  readonly failures: readonly SampleFailure[];
}

interface ValidatedImage {
  readonly group: number;
  readonly rim: number;
  readonly cup: number;
  readonly disc: number;
}

/** The validation images and their groups. */
export interface ValidationSet {
  readonly samples: readonly TrainSample[];
  readonly groupCount: number;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function overlayOf(
  { id }: TrainSample,
  side: number,
  { image, mask }: PreparedSample,
  prediction: Uint8Array<ArrayBuffer>,
): ValidationOverlay {
  // Clamped arrays clip and round by themselves.
  const grey = Uint8ClampedArray.from(image, (value) => value * GREY_LEVELS);
  return { id, side, image: new Uint8Array(grey.buffer), truth: mask.slice(), prediction };
}

/**
 * Validates with an engine of the validation's graph. Images that cannot be read are left out and listed.
 * Means over images of the Dice of rim, cup and disc, an empty mask counted as published; disc Dice by group.
 * Errors: the signal's reason, between batches; the engine's; `runtime/run-failed` for
 * logits that are not finite.
 */
export async function validate(
  engine: Pick<TrainingEngine, 'plan' | 'evaluate'>,
  reader: SampleReader,
  { samples, groupCount }: ValidationSet,
  layout: InputLayout,
  step: number,
  signal: AbortSignal,
  onImages: (doneCount: number) => void,
): Promise<Validation> {
  const { batchSize } = engine.plan;
  const { side, logitSide, logits: output } = layout;
  const images: ValidatedImage[] = [];
  const overlays: ValidationOverlay[] = [];
  const failures: SampleFailure[] = [];
  const logitCount = CLASS_COUNT * logitSide * logitSide;
  for (let start = 0; start < samples.length; start += batchSize) {
    signal.throwIfAborted();
    const refs = samples.slice(start, start + batchSize);
    const found = await reader.read(refs.map((ref) => ({ ref, augmentation: undefined })));
    const readable: { readonly ref: TrainSample; readonly sample: PreparedSample }[] = [];
    for (const [index, ref] of refs.entries()) {
      const sample = found[index];
      if (sample === undefined) continue;
      if ('error' in sample) failures.push({ id: ref.id, error: sample.error });
      else readable.push({ ref, sample });
    }
    const weighted = readable.map(({ ref, sample }) => ({ sample, group: ref.group, weight: 1 }));
    const { outputs } = await engine.evaluate(makeStepInputs(weighted, batchSize, layout));
    const logits = outputs.get(output) ?? new Float32Array();
    for (const [index, { ref, sample }] of readable.entries()) {
      const own = logits.subarray(index * logitCount, (index + 1) * logitCount);
      const prediction = upsampleArgmax(own, CLASS_COUNT, logitSide, logitSide, side);
      const { rim, cup, disc } = scoreImage(countOverlap(prediction, sample.mask), 'published').regions;
      images.push({ group: ref.group, rim: rim.dice, cup: cup.dice, disc: disc.dice });
      if (overlays.length < OVERLAY_COUNT) overlays.push(overlayOf(ref, side, sample, prediction));
    }
    onImages(Math.min(start + batchSize, samples.length));
  }
  if (images.length === 0) return { event: undefined, overlays, failures };
  const ofGroup = (group: number) => images.filter((image) => image.group === group).map(({ disc }) => disc);
  const event = {
    kind: 'validation',
    step,
    imageCount: images.length,
    rimDice: mean(images.map(({ rim }) => rim)),
    cupDice: mean(images.map(({ cup }) => cup)),
    discDice: mean(images.map(({ disc }) => disc)),
    groupDiscDice: Array.from({ length: groupCount }, (_, group) => {
      const values = ofGroup(group);
      return values.length > 0 ? mean(values) : null;
    }),
  } as const;
  return { event, overlays, failures };
}

/** What "best" compares: the mean of rim and cup, the published overall Dice. */
export function overallDice({ rimDice, cupDice }: Pick<ValidationEvent, 'rimDice' | 'cupDice'>): number {
  return (rimDice + cupDice) / 2;
}
