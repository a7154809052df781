/** The sizes of a TransUNet, read off the shapes of its tensors under the published names. */
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import type { RecognisedTransUnet, TransUnetConfiguration } from './recognised.ts';
import { positionGrid } from './google-vit.ts';
import { requireShape } from './tensor-views.ts';

const EMBEDDINGS = 'transformer.embeddings';
const BODY_UNIT = /^transformer\.embeddings\.hybrid_model\.body\.block(\d+)\.unit(\d+)\./;
const LAYER = /^transformer\.encoder\.layer\.(\d+)\./;
/** The ResNet halves the image four times. */
const RESNET_STRIDE = 16;
const DECODER_BLOCKS = [0, 1, 2, 3];

/** The first group of every name that matches, as numbers, each once, ascending. */
function numbers(source: TensorSource, pattern: RegExp, group = 1): number[] {
  const found = [...source.tensors.keys()].flatMap((name) => {
    const text = pattern.exec(name)?.[group];
    return text === undefined ? [] : [Number(text)];
  });
  return [...new Set(found)].toSorted((a, b) => a - b);
}

/** How many transformer layers, and units in each block of the ResNet. */
export function countLayers(source: TensorSource): { depth: number; resnetUnits: number[] } {
  const resnetUnits = numbers(source, BODY_UNIT).map(
    (block) =>
      numbers(source, new RegExp(BODY_UNIT.source.replace(String.raw`(\d+)`, `(${block})`)), 2).length,
  );
  return { depth: numbers(source, LAYER).length, resnetUnits };
}

/** Errors: `checkpoint/missing-tensor`, `checkpoint/shape-mismatch`, naming the tensor. */
export function readTransUnetConfiguration(source: TensorSource): TransUnetConfiguration {
  const { grid, width: dim } = positionGrid(source, `${EMBEDDINGS}.position_embeddings`);
  const [, , patchSize = 0] = requireShape(source, `${EMBEDDINGS}.patch_embeddings.weight`, 4);
  const [mlpDim = 0] = requireShape(source, 'transformer.encoder.layer.0.ffn.fc1.weight', 2);
  const [classes = 0] = requireShape(source, 'segmentation_head.0.weight', 4);
  const { depth, resnetUnits } = countLayers(source);
  const isHybrid = resnetUnits.length > 0;
  const [resnetWidth = 0] = isHybrid
    ? requireShape(source, `${EMBEDDINGS}.hybrid_model.root.conv.weight`, 4)
    : [];
  let [inputChannels = 0] = requireShape(source, 'decoder.conv_more.0.weight', 4);
  const decoderChannels: number[] = [];
  const skipChannels: number[] = [];
  for (const block of DECODER_BLOCKS) {
    const [outputs = 0, inputs = 0] = requireShape(source, `decoder.blocks.${block}.conv1.0.weight`, 4);
    decoderChannels.push(outputs);
    skipChannels.push(inputs - inputChannels);
    inputChannels = outputs;
  }
  const side = grid * patchSize * (isHybrid ? RESNET_STRIDE : 1);
  return {
    side,
    isHybrid,
    resnetUnits,
    resnetWidth,
    dim,
    depth,
    mlpDim,
    decoderChannels,
    skipChannels,
    classes,
  };
}

/** The published variant with these sizes. */
export function transUnetVariant(
  sizes: Pick<TransUnetConfiguration, 'isHybrid' | 'resnetUnits' | 'dim' | 'depth'>,
): RecognisedTransUnet['variant'] {
  if (sizes.dim !== 768 || sizes.depth !== 12) return 'custom';
  if (!sizes.isHybrid) return 'ViT-B_16';
  return sizes.resnetUnits.join() === '3,4,9' ? 'R50-ViT-B_16' : 'custom';
}
