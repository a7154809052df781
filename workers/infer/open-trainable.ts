/** A SAM or SAMed as training needs it: its sizes, and weights read one at a time from where they are kept anyway. */
import { WorkbenchError } from '../../core/errors.ts';
import { overlayTensors } from '../../models/checkpoints/tensor-views.ts';
import { CLASS_COUNT } from '../../core/segmentation/classes.ts';
import { gridOf, PUBLISHED_EMBEDDING_DIM } from '../../models/zoo/samed-configuration.ts';
import { POSITION_MATRIX, withDensePositions } from '../../models/zoo/samed-positions.ts';
import type { ModelSource } from '../api/compute.ts';
import type { TrainableModel } from '../train/trainable-model.ts';
import type { ModelCaches, ModelManifest } from './model-manifest.ts';
import { openSam } from './sam-source.ts';

function notTrainable(message: string, hint: string): WorkbenchError {
  return new WorkbenchError('train/not-trainable', message, { hint });
}

/** Whether a training may start from a kept model, by its manifest: a whole SAM or SAMed. */
export function isTrainable(manifest: ModelManifest): boolean {
  return manifest.kind === 'sam' && (manifest.role === 'segmenter' || manifest.normalises);
}

/**
 * The model of a source. A SAM gives everything but what depends on the classes, and is fitted to those of the workbench.
 * Errors: `train/not-trainable` for another network, half precision, or a SAM without its decoder; `model/not-loaded`.
 */
export async function openTrainable(caches: ModelCaches, source: ModelSource): Promise<TrainableModel> {
  const sam = await openSam(caches, source);
  if (sam === undefined) {
    throw notTrainable(
      'Only a SAM or a SAMed can be trained here.',
      'Choose SAMed-Tiny, or make a model of a SAM.',
    );
  }
  const { name, configuration, encoder, own } = sam;
  if (!own.tensors.has(POSITION_MATRIX)) {
    throw notTrainable(
      `'${name}' was made of an encoder alone; training needs the prompt encoder and decoder too.`,
      'Make it again of the whole SAM.',
    );
  }
  if (configuration.maskTokens === 0 && configuration.embeddingDim !== PUBLISHED_EMBEDDING_DIM) {
    throw notTrainable(
      `'${name}' is of a size that was not published, so the sizes of its decoder are not known.`,
      'Make a SAMed of it together with adapters.',
    );
  }
  const tensors = withDensePositions(overlayTensors(await encoder.tensors(), own), gridOf(configuration));
  return {
    configuration: { ...configuration, maskTokens: configuration.maskTokens || CLASS_COUNT },
    shapes: new Map([...tensors.tensors].map(([tensor, { shape }]) => [tensor, shape])),
    read: (tensor) => tensors.read(tensor),
  };
}
