/** Checkpoints at hand in the Models place: what each is, what it goes with and what would be made of it. */
import type { SerializedError } from '../../core/errors.ts';
import type {
  RecognisedCheckpoint,
  RecognisedSam,
  RecognisedSamedLora,
} from '../../models/checkpoints/recognised.ts';
import type { ConversionSettings } from '../../models/convert/conversion.ts';
import { DEFAULT_SAM_SIDE, defaultSamSide } from '../../models/convert/sam-side.ts';
import type { ConversionOutline, MadeModel, ModelId } from '../../workers/api/compute.ts';

export type OutlineState =
  | { readonly status: 'planning' }
  | { readonly status: 'done'; readonly outline: ConversionOutline }
  | { readonly status: 'failed'; readonly error: SerializedError };

/** A checkpoint file, dropped or downloaded, and what the person wants made of it. */
export interface CheckpointCard {
  readonly key: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly recognised: RecognisedCheckpoint;
  readonly settings: ConversionSettings;
  /** For adapters: the SAM that the person chose; null takes the first that fits. */
  readonly chosenBase: string | null;
  readonly outline: OutlineState;
  /** Models made of it on this visit, by `recipeOf` it then. */
  readonly made: Readonly<Record<string, ModelId>>;
}

/** Sides to choose from: those of the papers and SAM's own. */
export const SAM_SIDES: readonly number[] = [224, 512, 1024];

/** What a checkpoint starts with: the side that `sideOf` says. */
export const INITIAL_SETTINGS: ConversionSettings = { precision: 'f32', side: null };

/** True where a SAM has the encoder that adapters were trained on. */
function fits({ dim, depth }: RecognisedSamedLora, { configuration }: RecognisedSam): boolean {
  return configuration.dim === dim && configuration.depth === depth;
}

/** The SAM checkpoints at hand that adapters fit. */
export function basesFor(
  checkpoints: readonly CheckpointCard[],
  adapters: RecognisedSamedLora,
): readonly CheckpointCard[] {
  return checkpoints.filter(({ recognised }) => recognised.family === 'sam' && fits(adapters, recognised));
}

/** The SAM that adapters go with: the chosen one, else the first that fits; undefined while there is none. */
export function baseOf(
  checkpoints: readonly CheckpointCard[],
  { recognised, chosenBase }: CheckpointCard,
): CheckpointCard | undefined {
  if (recognised.family !== 'samed-lora') return undefined;
  const bases = basesFor(checkpoints, recognised);
  return bases.find(({ key }) => key === chosenBase) ?? bases[0];
}

/**
 * The side that a card's model would have: the chosen one, else that of the papers, or the SAM's own where that is smaller; null
 * for what is not adapted to a side.
 */
export function sideOf(checkpoints: readonly CheckpointCard[], card: CheckpointCard): number | null {
  if (card.settings.side !== null) return card.settings.side;
  const { recognised } = card;
  const sam = recognised.family === 'samed-lora' ? baseOf(checkpoints, card)?.recognised : recognised;
  if (sam?.family === 'sam') return defaultSamSide(sam.configuration.side);
  return recognised.family === 'samed-lora' ? DEFAULT_SAM_SIDE : null;
}

/** Of what and how a card's model would be made: two cards or moments with the same recipe make the same model. */
export function recipeOf(checkpoints: readonly CheckpointCard[], card: CheckpointCard): string {
  const { precision } = card.settings;
  const base = baseOf(checkpoints, card)?.key ?? null;
  return JSON.stringify([card.key, base, precision, sideOf(checkpoints, card)]);
}

/** True where just what the card would make was made on this visit and is still among `kept`. */
export function isMade(
  checkpoints: readonly CheckpointCard[],
  card: CheckpointCard,
  kept: readonly MadeModel[],
): boolean {
  const id = card.made[recipeOf(checkpoints, card)];
  return id !== undefined && kept.some((model) => model.id === id);
}

/** Adds a checkpoint in front; the same file dropped again takes its own place. */
export function withCheckpoint(
  checkpoints: readonly CheckpointCard[],
  card: CheckpointCard,
): readonly CheckpointCard[] {
  const isSame = ({ name, sizeBytes }: CheckpointCard) => name === card.name && sizeBytes === card.sizeBytes;
  return [card, ...checkpoints.filter((one) => !isSame(one))];
}

/** Changes one checkpoint; an unknown key changes nothing. */
export function withChangedCheckpoint(
  checkpoints: readonly CheckpointCard[],
  key: string,
  change: Partial<CheckpointCard>,
): readonly CheckpointCard[] {
  return checkpoints.map((card) => (card.key === key ? { ...card, ...change } : card));
}
