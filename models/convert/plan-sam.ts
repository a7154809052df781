/** Plans for SAM and SAMed: the encoder alone as an extractor, or encoder, decoder and adapters as a segmenter. */
import { WorkbenchError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { adaptSam, assembleSamed } from '../checkpoints/adapt-sam.ts';
import { canonicalTensors } from '../checkpoints/canonical.ts';
import type { RecognisedSam } from '../checkpoints/recognised.ts';
import { isAdapterName, isSamName, metaNameOf } from '../checkpoints/sam-names.ts';
import { requireShape, viewTensors } from '../checkpoints/tensor-views.ts';
import { withPixelNormalisation } from '../zoo/sam-pixels.ts';
import { createSamedDecoder, createSamedEncoder, createSamEncoder } from '../zoo/samed.ts';
import { packAdapters } from '../zoo/samed-adapters.ts';
import {
  gridOf,
  type MaskDecoderSizes,
  PUBLISHED_EMBEDDING_DIM,
  SAM_DECODER,
  type SamedConfiguration,
} from '../zoo/samed-configuration.ts';
import { withDensePositions } from '../zoo/samed-positions.ts';
import type { CheckpointFile, ConversionPlan, ConversionSettings } from './conversion.ts';
import { bindForInference, layOutParts, precisionWords, requireHeads } from './parts.ts';
import { defaultSamSide } from './sam-side.ts';

/** Names that are neither a SAM's nor a SAMed's. */
function unknownTensors({ source, recognised: { prefix } }: CheckpointFile): string[] {
  return [...source.tensors.keys()].filter((name) => {
    const own = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    return !isSamName(own) && !isAdapterName(own) && metaNameOf(own) === undefined;
  });
}

/** How many tensors are called `before`, a number from 0 on, `after`. */
function countLayers({ tensors }: TensorSource, before: string, after: string): number {
  let count = 0;
  while (tensors.has(`${before}${count}${after}`)) count++;
  return count;
}

function readDecoderSizes(tensors: TensorSource, heads: number): MaskDecoderSizes {
  const layers = 'mask_decoder.transformer.layers.';
  const overlap = 'mask_decoder.iou_prediction_head.layers.';
  const rowsOf = (name: string) => requireShape(tensors, name, 2)[0] as number;
  return {
    depth: countLayers(tensors, layers, '.self_attn.q_proj.weight'),
    heads,
    mlpDim: rowsOf(`${layers}0.mlp.lin1.weight`),
    crossDim: rowsOf(`${layers}0.cross_attn_token_to_image.q_proj.weight`),
    overlapDim: rowsOf(`${overlap}0.weight`),
    overlapDepth: countLayers(tensors, overlap, '.weight'),
  };
}

/** "ViT-B", or the sizes of an encoder that was not published. */
function encoderWords({ variant, configuration: { dim, depth } }: RecognisedSam): string {
  return variant === 'custom' ? `of ${depth} blocks of ${dim} channels` : variant;
}

/** The image encoder of a SAM, for pixels in [0, 1]. Errors: `checkpoint/*`. */
export function planSamEncoder(
  file: CheckpointFile,
  recognised: RecognisedSam,
  settings: ConversionSettings,
): ConversionPlan {
  const side = settings.side ?? defaultSamSide(recognised.configuration.side);
  const tensors = adaptSam(canonicalTensors(file.source, recognised), { side });
  const configuration: SamedConfiguration = {
    ...recognised.configuration,
    side,
    // Its masks are no classes.
    maskTokens: 0,
    rank: 0,
    adaptsDecoder: false,
    // Of a SAM of another size the sizes are not known before a SAMed is made of it.
    decoder: SAM_DECODER,
  };
  const model = bindForInference(createSamEncoder(configuration), withPixelNormalisation(tensors));
  return {
    kind: 'sam-encoder',
    variant: recognised.variant,
    words: `Image encoder of SAM ${encoderWords(recognised)}, side ${side}${precisionWords(settings)}`,
    role: 'extractor',
    classes: null,
    precision: settings.precision,
    side,
    ...layOutParts([{ part: 'encoder', file: 'encoder.onnx', model }], settings),
    adapter: null,
    sam: { configuration, tensors },
    transUnet: null,
    unused: unknownTensors(file),
  };
}

/** What a SAMed adds to its SAM: everything but the encoder. */
function samedTensors(tensors: TensorSource): TensorSource {
  const names = [...tensors.tensors.keys()].filter((name) => !name.startsWith('image_encoder.'));
  return viewTensors(
    tensors,
    names.map((name) => ({ name, from: name })),
  );
}

/**
 * What the decoder is made of. All of it is the SAMed's own: its SAM's must not stand in for a tensor that the file lacks. Only one
 * that adapts the decoder too saves nothing of the transformer, which is then the SAM's.
 */
function decoderTensors(
  assembled: TensorSource,
  { tensors: saved }: TensorSource,
  { adaptsDecoder }: SamedConfiguration,
): TensorSource {
  const isKept = (name: string) =>
    saved.has(name) || (adaptsDecoder && name.startsWith('mask_decoder.transformer.'));
  const names = [...assembled.tensors.keys()].filter(isKept);
  return viewTensors(
    assembled,
    names.map((name) => ({ name, from: name })),
  );
}

/**
 * A SAMed of a SAM and the file with its adapters, which may be one and the same.
 * Errors: `checkpoint/*`, `model/not-convertible`.
 */
export function planSamed(
  samFile: CheckpointFile,
  sam: RecognisedSam,
  adapterFile: CheckpointFile,
  settings: ConversionSettings,
): ConversionPlan {
  const side = settings.side ?? defaultSamSide(sam.configuration.side);
  const saved = samedTensors(canonicalTensors(adapterFile.source, adapterFile.recognised));
  const assembled = assembleSamed(canonicalTensors(samFile.source, sam), saved, { side });
  const [maskTokens = 0] = requireShape(saved, 'mask_decoder.mask_tokens.weight', 2);
  const [rank = 0] = requireShape(saved, 'w_a_000', 2);
  const isPublished = sam.configuration.embeddingDim === PUBLISHED_EMBEDDING_DIM;
  const heads = requireHeads(adapterFile, isPublished ? SAM_DECODER.heads : null);
  const configuration: SamedConfiguration = {
    ...sam.configuration,
    side,
    maskTokens,
    rank,
    adaptsDecoder: saved.tensors.has('fati_qa'),
    decoder: readDecoderSizes(assembled, heads),
  };
  const tensors = withDensePositions(assembled, gridOf(configuration));
  const encoder = bindForInference(createSamedEncoder(configuration), tensors);
  const decoder = bindForInference(
    createSamedDecoder(configuration),
    withDensePositions(decoderTensors(assembled, saved, configuration), gridOf(configuration)),
  );
  const files = samFile === adapterFile ? [samFile] : [samFile, adapterFile];
  return {
    kind: 'samed',
    variant: sam.variant,
    words: `SAMed ${encoderWords(sam)}, side ${side}, rank ${rank}, background and ${maskTokens - 1} classes${precisionWords(settings)}`,
    role: 'segmenter',
    classes: maskTokens,
    precision: settings.precision,
    side,
    ...layOutParts(
      [
        { part: 'encoder', file: 'encoder.onnx', model: encoder },
        { part: 'decoder', file: 'decoder.onnx', model: decoder },
      ],
      settings,
    ),
    adapter: {
      file: 'adapter.safetensors',
      rank,
      read: async () => new Map(Object.entries(await packAdapters(adapterWeights(tensors), configuration))),
    },
    sam: { configuration, tensors: assembled },
    transUnet: null,
    unused: files.flatMap(unknownTensors),
  };
}

/** The adapters of the encoder are no parameters of its graph, so nothing has bound them. */
function adapterWeights(tensors: TensorSource) {
  return {
    read: async (name: string) => ({
      shape: tensors.tensors.get(name)?.shape ?? [],
      data: await tensors.read(name),
    }),
  };
}

/** Adapters without the SAM they were trained on. */
export function needsSam(words: string): WorkbenchError {
  return new WorkbenchError(
    'model/needs-checkpoint',
    `${words}: adapters and a decoder, which need the SAM they were trained on.`,
    { hint: 'Give the checkpoint of that SAM too.' },
  );
}
