/** A recognised checkpoint under the canonical names of its family, without what no model of the family uses. */
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { viewGoogleVit } from './google-vit.ts';
import type { RecognisedCheckpoint } from './recognised.ts';
import { isAdapterName, isSamName, metaNameOf } from './sam-names.ts';
import { type TensorView, viewTensors } from './tensor-views.ts';

export type CheckpointNaming = 'meta' | 'hugging-face' | 'google' | 'published';

/** Tensors that only training uses: the auxiliary classifier of Inception, and counters of batches. */
const TRAINING_ONLY = /^AuxLogits\.|(?:^|\.)num_batches_tracked$/;

/** The canonical name of a tensor, given what the file calls it behind its prefix; undefined for one that is not used. */
const CANONICAL_NAME: Readonly<
  Record<Exclude<CheckpointNaming, 'google'>, (name: string) => string | undefined>
> = {
  meta: (name) => (isSamName(name) || isAdapterName(name) ? name : undefined),
  'hugging-face': metaNameOf,
  published: (name) => (TRAINING_ONLY.test(name) ? undefined : name),
};

/** The tensors of `source` whose names begin with `prefix`, under canonical names. */
export function viewCanonical(source: TensorSource, prefix: string, naming: CheckpointNaming): TensorSource {
  // Of two names for one tensor the first counts.
  const views = new Map<string, TensorView>();
  for (const from of source.tensors.keys()) {
    if (!from.startsWith(prefix)) continue;
    const own = from.slice(prefix.length);
    const name = naming === 'google' ? own : CANONICAL_NAME[naming](own);
    if (name !== undefined && !views.has(name)) views.set(name, { name, from });
  }
  const renamed = viewTensors(source, [...views.values()]);
  return naming === 'google' ? viewGoogleVit(renamed) : renamed;
}

/** How the tensors of a recognised checkpoint are named. */
function namingOf(recognised: RecognisedCheckpoint): CheckpointNaming {
  switch (recognised.family) {
    case 'sam':
      return recognised.names;
    case 'samed-lora':
      return 'meta';
    case 'google-vit':
      return 'google';
    default:
      return 'published';
  }
}

/**
 * The checkpoint under the canonical names of its family: Meta's for SAM and SAMed, those of the published code for
 * TransUNet (Google's transformers too) and InceptionV3.
 */
export function canonicalTensors(source: TensorSource, recognised: RecognisedCheckpoint): TensorSource {
  return viewCanonical(source, recognised.prefix, namingOf(recognised));
}
