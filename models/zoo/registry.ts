/** The models that come with the workbench: what they are, and how they want their input. */
import type { Model } from '../graph/graph.ts';
import { BASELINE_SIDE, createBaselineSegmenter } from './baseline-segmenter.ts';
import { createFilterBank, FILTER_BANK_SIDE } from './filter-bank.ts';

export type EmbeddedModelName = 'baseline-segmenter' | 'filter-bank';

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
  readonly create: () => Model;
}

export const EMBEDDED_MODELS: Readonly<Record<EmbeddedModelName, EmbeddedModel>> = {
  'baseline-segmenter': {
    name: 'baseline-segmenter',
    title: 'Baseline segmenter',
    description:
      'Classical image processing without training: closes vessels, subtracts the background, finds the brightest disc-sized region and thresholds it. A floor to compare with, not a segmenter to report.',
    role: 'segmenter',
    licence: 'Apache-2.0',
    recommended: { side: BASELINE_SIDE, crop: BASELINE_SIDE },
    create: createBaselineSegmenter,
  },
  'filter-bank': {
    name: 'filter-bank',
    title: 'Filter bank',
    description:
      'A fixed bank of oriented filters with local contrast and brightness on a coarse grid. Nothing is learned; its distances do not compare with those of Inception features.',
    role: 'extractor',
    licence: 'Apache-2.0',
    recommended: { side: FILTER_BANK_SIDE, crop: null },
    create: createFilterBank,
  },
};
