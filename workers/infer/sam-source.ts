/** From a model's source to the parts of a SAM or SAMed, whether kept or come with the workbench; undefined for other networks. */
import { openBlob } from '../../core/formats/byte-source.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import { EMBEDDED_MODELS } from '../../models/zoo/registry.ts';
import type { ModelSource, SourceFile } from '../api/compute.ts';
import { openEmbeddedWeights } from './embedded-weights.ts';
import { openEncoder } from './encoders.ts';
import { type EncoderReference, type ModelCaches, OWN_TENSORS } from './model-manifest.ts';
import type { SamParts } from './sam-model.ts';

export interface SamModel extends SamParts {
  readonly name: string;
  readonly reference: EncoderReference;
  /** What it was made of. */
  readonly sources: readonly SourceFile[];
}

/** Errors: `model/not-loaded` when files are gone. */
export async function openSam(caches: ModelCaches, source: ModelSource): Promise<SamModel | undefined> {
  if (source.kind === 'embedded') {
    const { title, role, origin } = EMBEDDED_MODELS[source.name];
    if (origin.kind === 'code') return undefined;
    const { source: own, sha256 } = await openEmbeddedWeights(origin.weights);
    const reference = { kind: 'embedded', weights: origin.weights, sha256 } as const;
    const encoder = await openEncoder(caches, reference);
    const { configuration } = origin;
    const { sizeBytes } = own;
    const sources = [{ name: origin.weights, sizeBytes, sha256, words: title }];
    return { name: title, role, configuration, normalises: false, encoder, own, reference, sources };
  }
  const { manifest } = await caches.models.require(source.id);
  if (manifest.kind !== 'sam') return undefined;
  const { name, role, configuration, normalises, sources, encoder: reference } = manifest;
  const encoder = await openEncoder(caches, reference);
  const own = await openTensorSource(openBlob(await caches.models.open(source.id, OWN_TENSORS)), OWN_TENSORS);
  return { name, role, configuration, normalises, encoder, own, reference, sources };
}
