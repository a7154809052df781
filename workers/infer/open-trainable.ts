/** A SAM, SAMed or TransUNet as training needs it: its sizes, and weights read one at a time from where they are kept anyway. */
import { invariant, WorkbenchError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { overlayTensors } from '../../models/checkpoints/tensor-views.ts';
import { CLASS_COUNT } from '../../core/segmentation/classes.ts';
import { gridOf, PUBLISHED_EMBEDDING_DIM } from '../../models/zoo/samed-configuration.ts';
import { POSITION_MATRIX, withDensePositions } from '../../models/zoo/samed-positions.ts';
import type { MadeModel, ModelSource } from '../api/compute.ts';
import type { TrainableModel } from '../train/trainable-model.ts';
import { openTransUnetTensors } from './keep-transunet.ts';
import type { EncoderReference, ModelCaches, ModelManifest } from './model-manifest.ts';
import { openSam } from './sam-source.ts';

function notTrainable(message: string, hint: string): WorkbenchError {
  return new WorkbenchError('train/not-trainable', message, { hint });
}

/** What a training may start from a kept model as, by its manifest: a whole SAM or SAMed, or a TransUNet. */
export function trainsAs(manifest: ModelManifest): MadeModel['trainsAs'] {
  if (manifest.kind === 'transunet') return 'transunet';
  return manifest.kind === 'sam' && (manifest.role === 'segmenter' || manifest.normalises) ? 'samed' : null;
}

function foldedTransUnet(): WorkbenchError {
  return notTrainable(
    'This TransUNet was converted for inference alone: its norms are folded into its weights.',
    'Make it again from its checkpoint, in full precision.',
  );
}

/** The id of a made model follows from its weights; a network that comes with the workbench may change under its name. */
function weightsHash(source: ModelSource, encoder: EncoderReference): string {
  if (source.kind === 'made') return source.id;
  invariant(encoder.kind === 'embedded', 'an embedded model has an encoder of its own');
  return encoder.sha256;
}

function shapesOf({ tensors }: TensorSource): TrainableModel['shapes'] {
  return new Map([...tensors].map(([name, { shape }]) => [name, shape]));
}

/** A TransUNet; undefined for other networks. */
async function openTransUnet(caches: ModelCaches, source: ModelSource): Promise<TrainableModel | undefined> {
  if (source.kind === 'embedded') return undefined;
  const { manifest } = await caches.models.require(source.id);
  if (manifest.kind === 'converted' && manifest.converted.kind === 'transunet') throw foldedTransUnet();
  if (manifest.kind !== 'transunet') return undefined;
  const { configuration, heads } = manifest;
  const tensors = await openTransUnetTensors(caches, source.id);
  return {
    sizes: { kind: 'transunet', configuration, heads },
    hash: source.id,
    shapes: shapesOf(tensors),
    read: (name) => tensors.read(name),
  };
}

/**
 * The model of a source. A SAM gives everything but what depends on the classes, and is fitted to those of the workbench.
 * Errors: `train/not-trainable` for another network, half precision, or a SAM without its decoder; `model/not-loaded`.
 */
export async function openTrainable(caches: ModelCaches, source: ModelSource): Promise<TrainableModel> {
  const transUnet = await openTransUnet(caches, source);
  if (transUnet !== undefined) return transUnet;
  const sam = await openSam(caches, source);
  if (sam === undefined) {
    throw notTrainable(
      'Only a SAM, a SAMed or a TransUNet can be trained here.',
      'Choose SAMed-Tiny, or make a model of a checkpoint.',
    );
  }
  const { name, configuration, encoder, own, reference } = sam;
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
    sizes: {
      kind: 'samed',
      configuration: { ...configuration, maskTokens: configuration.maskTokens || CLASS_COUNT },
    },
    hash: weightsHash(source, reference),
    shapes: shapesOf(tensors),
    read: (tensor) => tensors.read(tensor),
  };
}
