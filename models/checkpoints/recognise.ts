/** Recognising what a checkpoint holds, by the names and shapes of its tensors alone, and saying it in words. */
import { WorkbenchError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { type CheckpointNaming, viewCanonical } from './canonical.ts';
import { positionGrid } from './google-vit.ts';
import type { RecognisedCheckpoint, RecognisedSam, SamVariant } from './recognised.ts';
import { readSamConfiguration, samVariant } from './sam-configuration.ts';
import { requireShape, unfitting } from './tensor-views.ts';
import { countLayers, readTransUnetConfiguration, transUnetVariant } from './transunet.ts';

/** What a recogniser adds to what all have. The tensors have their canonical names. */
type Details<R = RecognisedCheckpoint> = R extends RecognisedCheckpoint
  ? Omit<R, 'sizeBytes' | 'prefix'>
  : never;

interface Recogniser {
  /** A tensor that only this kind of file has. */
  readonly sign: string;
  readonly naming: CheckpointNaming;
  readonly recognise: (source: TensorSource) => Details;
}

/** What training code wraps a state dictionary in. */
const WRAPPERS = /^(?:(?:state_dict|model_state_dict|model_state|model|net|module|sam)\.)*$/;

function megabytes(sizeBytes: number): string {
  return `${Math.max(1, Math.round(sizeBytes / 1e6))} MB`;
}

/** "ViT-B", or the sizes of an encoder that was not published. */
function encoderWords(variant: SamVariant, dim: number, depth: number): string {
  return variant === 'custom' ? `${depth} blocks of ${dim} channels` : variant;
}

function classWords(count: number): string {
  return `${count} ${count === 1 ? 'class' : 'classes'}`;
}

function recogniseSam(names: RecognisedSam['names']): (source: TensorSource) => Details {
  return (source) => {
    const configuration = readSamConfiguration(source);
    const { dim, depth, side, maskTokens } = configuration;
    const variant = samVariant(dim, depth);
    const encoder = encoderWords(variant, dim, depth);
    const rank = source.tensors.get('w_a_000')?.shape[0] ?? null;
    const kind = names === 'meta' ? 'SAM' : 'SAM (Hugging Face names)';
    const words =
      rank === null
        ? `${kind} ${encoder}, ${side}, ${megabytes(source.sizeBytes)}`
        : `SAMed ${encoder}, ${side}, rank ${rank}, ${classWords(maskTokens - 1)}`;
    return { family: 'sam', variant, names, configuration, rank, words };
  };
}

function recogniseSamedLora(source: TensorSource): Details {
  const [rank = 0, dim = 0] = requireShape(source, 'w_a_000', 2);
  const pairCount = [...source.tensors.keys()].filter((name) => name.startsWith('w_a_')).length;
  // One pair for q and one for v in each block.
  for (let i = 0; i < pairCount + (pairCount % 2); i++) {
    const index = String(i).padStart(3, '0');
    for (const [name, fitting] of [
      [`w_a_${index}`, [rank, dim]],
      [`w_b_${index}`, [dim, rank]],
    ] as const) {
      const shape = requireShape(source, name, 2);
      if (shape[0] !== fitting[0] || shape[1] !== fitting[1])
        throw unfitting(name, shape, `[${fitting.join(',')}] as the others`);
    }
  }
  const depth = Math.ceil(pairCount / 2);
  const variant = samVariant(dim, depth);
  const maskTokens = source.tensors.get('mask_decoder.mask_tokens.weight')?.shape[0];
  const classes = maskTokens === undefined ? null : maskTokens - 1;
  const adaptsDecoder = source.tensors.has('fati_qa');
  const words = [
    `SAMed LoRA${adaptsDecoder ? ' of encoder and decoder' : ''}`,
    `rank ${rank}`,
    encoderWords(variant, dim, depth),
    ...(classes === null ? [] : [classWords(classes)]),
  ].join(', ');
  return { family: 'samed-lora', variant, rank, dim, depth, classes, adaptsDecoder, words };
}

function recogniseInception(source: TensorSource): Details {
  const [logits = 0] = requireShape(source, 'fc.weight', 2);
  // The network of the Fréchet distance was trained with eight more classes than ImageNet has.
  const variant = logits === 1008 ? 'fid' : logits === 1000 ? 'torchvision' : undefined;
  if (variant === undefined) {
    throw new WorkbenchError(
      'checkpoint/unknown-model',
      `This is an InceptionV3 with ${logits} classes; that of pytorch-fid has 1008 and that of torchvision 1000.`,
      { context: { logits } },
    );
  }
  const words = `${variant === 'fid' ? 'pytorch-fid' : 'torchvision'} InceptionV3, ${megabytes(source.sizeBytes)}`;
  return { family: 'inception-v3', variant, logits, words };
}

function recogniseTransUnet(source: TensorSource): Details {
  const configuration = readTransUnetConfiguration(source);
  const { dim, depth, side, classes } = configuration;
  const variant = transUnetVariant(configuration);
  const encoder = variant === 'custom' ? `of ${depth} layers of ${dim} channels` : variant;
  const words = `TransUNet ${encoder}, ${side}, ${classWords(classes)}, ${megabytes(source.sizeBytes)}`;
  return { family: 'transunet', variant, configuration, words };
}

function recogniseGoogleVit(source: TensorSource): Details {
  const { grid, width: dim } = positionGrid(source, 'transformer.embeddings.position_embeddings');
  const { depth, resnetUnits } = countLayers(source);
  const isHybrid = resnetUnits.length > 0;
  const published = transUnetVariant({ isHybrid, resnetUnits, dim, depth });
  const variant = published === 'R50-ViT-B_16' ? 'R50+ViT-B_16' : published;
  const encoder = variant === 'custom' ? `of ${depth} layers of ${dim} channels` : variant;
  const words = `Google ViT ${encoder} .npz, ${megabytes(source.sizeBytes)}, an encoder without a decoder`;
  return { family: 'google-vit', variant, isHybrid, dim, depth, grid, words };
}

/** In this order: a whole SAMed has the signs of a SAM and of its adapters. */
const RECOGNISERS: readonly Recogniser[] = [
  { sign: 'image_encoder.patch_embed.proj.weight', naming: 'meta', recognise: recogniseSam('meta') },
  {
    sign: 'vision_encoder.patch_embed.projection.weight',
    naming: 'hugging-face',
    recognise: recogniseSam('hugging-face'),
  },
  { sign: 'w_a_000', naming: 'meta', recognise: recogniseSamedLora },
  {
    sign: 'transformer.embeddings.position_embeddings',
    naming: 'published',
    recognise: recogniseTransUnet,
  },
  { sign: 'Transformer/posembed_input/pos_embedding', naming: 'google', recognise: recogniseGoogleVit },
  { sign: 'Conv2d_1a_3x3.conv.weight', naming: 'published', recognise: recogniseInception },
];

/**
 * What a checkpoint is.
 * Errors: `checkpoint/unknown-model`; `checkpoint/missing-tensor` and `checkpoint/shape-mismatch` for a model that is
 * known by one tensor and lacks others that its sizes are read from.
 */
export function recogniseCheckpoint(source: TensorSource): RecognisedCheckpoint {
  const names = [...source.tensors.keys()];
  for (const { sign, naming, recognise } of RECOGNISERS) {
    const found = names.find((name) => name.endsWith(sign) && WRAPPERS.test(name.slice(0, -sign.length)));
    if (found === undefined) continue;
    const prefix = found.slice(0, -sign.length);
    return { ...recognise(viewCanonical(source, prefix, naming)), sizeBytes: source.sizeBytes, prefix };
  }
  throw new WorkbenchError(
    'checkpoint/unknown-model',
    `The ${names.length} tensors of this file are of no model that is known here; they begin with ${names.slice(0, 3).join(', ')}.`,
    { context: { tensors: names.slice(0, 20) } },
  );
}
