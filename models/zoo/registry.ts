/** The models that come with the workbench: what they are, and how they want their input. */
import { invariant } from '../../core/errors.ts';
import type { Model } from '../graph/graph.ts';
import { BASELINE_SIDE, createBaselineSegmenter } from './baseline-segmenter.ts';
import { createFilterBank, FILTER_BANK_SIDE } from './filter-bank.ts';
import { SAMED_TINY, SAMED_TINY_CROP } from './samed-tiny.ts';
import type { SamedConfiguration } from './samed-configuration.ts';

export type EmbeddedModelName = 'samed-tiny' | 'samed-tiny-encoder' | 'baseline-segmenter' | 'filter-bank';

/** Files of weights that come with the workbench, by the name of the file in `public/models`. */
export type EmbeddedWeights = 'samed-tiny.safetensors';

/** Where a network comes from: its code, or weights of a SAMed under SAM's and SAMed's names. */
export type EmbeddedOrigin =
  | { readonly kind: 'code'; readonly create: () => Model }
  | {
      readonly kind: 'samed';
      readonly weights: EmbeddedWeights;
      readonly configuration: SamedConfiguration;
    };

export interface EmbeddedModel {
  readonly name: EmbeddedModelName;
  /** What a person calls it. */
  readonly title: string;
  /** What it does and what it does not, in two or three sentences. */
  readonly description: string;
  readonly role: 'segmenter' | 'extractor';
  readonly licence: string;
  /** Side of the square input, in pixels, and for segmenters the centre crop of the image before it; null keeps all of it. */
  readonly recommended: { readonly side: number; readonly crop: number | null };
  readonly origin: EmbeddedOrigin;
}

const TINY: EmbeddedOrigin = {
  kind: 'samed',
  weights: 'samed-tiny.safetensors',
  configuration: SAMED_TINY,
};

export const EMBEDDED_MODELS: Readonly<Record<EmbeddedModelName, EmbeddedModel>> = {
  'samed-tiny': {
    name: 'samed-tiny',
    title: 'SAMed-Tiny',
    description:
      'A small SAMed, trained by this workbench on synthetic images of one group alone. It segments the demo cohort and is there to be fine-tuned; of real fundus images it has seen none.',
    role: 'segmenter',
    licence: 'Apache-2.0',
    recommended: { side: SAMED_TINY.side, crop: SAMED_TINY_CROP },
    origin: TINY,
  },
  'samed-tiny-encoder': {
    name: 'samed-tiny-encoder',
    title: 'SAMed-Tiny encoder',
    description:
      'The image embedding of SAMed-Tiny, averaged over the image. Learned on synthetic images alone; its distances do not compare with those of Inception features.',
    role: 'extractor',
    licence: 'Apache-2.0',
    recommended: { side: SAMED_TINY.side, crop: null },
    origin: TINY,
  },
  'baseline-segmenter': {
    name: 'baseline-segmenter',
    title: 'Baseline segmenter',
    description:
      'Classical image processing without training: closes vessels, subtracts the background, finds the brightest disc-sized region and thresholds it. A floor to compare with, not a segmenter to report.',
    role: 'segmenter',
    licence: 'Apache-2.0',
    recommended: { side: BASELINE_SIDE, crop: BASELINE_SIDE },
    origin: { kind: 'code', create: createBaselineSegmenter },
  },
  'filter-bank': {
    name: 'filter-bank',
    title: 'Filter bank',
    description:
      'A fixed bank of oriented filters with local contrast and brightness on a coarse grid. Nothing is learned; its distances do not compare with those of Inception features.',
    role: 'extractor',
    licence: 'Apache-2.0',
    recommended: { side: FILTER_BANK_SIDE, crop: null },
    origin: { kind: 'code', create: createFilterBank },
  },
};

/** Those that the page loads, in its order: of each role the first is the default. */
export const OFFERED_MODELS: readonly EmbeddedModelName[] = [
  'samed-tiny',
  'samed-tiny-encoder',
  'baseline-segmenter',
  'filter-bank',
];

/** The model that a role has before a person chooses. */
export function defaultModel(role: EmbeddedModel['role']): EmbeddedModel {
  const name = OFFERED_MODELS.find((offered) => EMBEDDED_MODELS[offered].role === role);
  invariant(name !== undefined, `no ${role} is offered`);
  return EMBEDDED_MODELS[name];
}
