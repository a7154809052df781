/** Which layers of a SAMed have adapters, and under which names the published code saves them. */
import type { Tensor } from '../graph/graph.ts';
import type { WeightSource } from '../graph/params.ts';
import type { LoraPair } from '../rewrite/lora.ts';
import { qkvName } from './samed-encoder.ts';
import type { SamedConfiguration } from './samed-configuration.ts';

function numbered(prefix: string, index: number): string {
  return `${prefix}_${String(index).padStart(3, '0')}`;
}

/** The adapters of the encoder in the order they are saved and packed: q before v, block by block. */
export function encoderAdapters({ depth, dim }: SamedConfiguration): LoraPair[] {
  return Array.from({ length: 2 * depth }, (_, index) => ({
    node: qkvName(Math.floor(index / 2)),
    offset: index % 2 === 0 ? 0 : 2 * dim,
    span: dim,
    a: numbered('w_a', index),
    b: numbered('w_b', index),
  }));
}

/**
 * The adapters of the decoder's q and v projections, by the names of the second published variant: `sa` of the tokens'
 * attention to themselves, `cti` of theirs to the image, `cit` of the image's to them, `fati` of the last one.
 */
export function decoderAdapters({
  embeddingDim,
  decoder: { depth, crossDim },
}: SamedConfiguration): LoraPair[] {
  const transformer = 'mask_decoder.transformer';
  const kinds = [
    { layer: 'self_attn', prefix: 'sa', span: embeddingDim },
    { layer: 'cross_attn_token_to_image', prefix: 'cti', span: crossDim },
    { layer: 'cross_attn_image_to_token', prefix: 'cit', span: crossDim },
  ] as const;
  const layers = kinds.flatMap(({ layer, prefix, span }) =>
    Array.from({ length: 2 * depth }, (_, index) => ({
      node: `${transformer}.layers.${Math.floor(index / 2)}.${layer}.${index % 2 === 0 ? 'q' : 'v'}_proj`,
      offset: 0,
      span,
      a: numbered(`${prefix}_a`, index),
      b: numbered(`${prefix}_b`, index),
    })),
  );
  const last = ['q', 'v'].map((part) => ({
    node: `${transformer}.final_attn_token_to_image.${part}_proj`,
    offset: 0,
    span: crossDim,
    a: `fati_${part}a`,
    b: `fati_${part}b`,
  }));
  return [...layers, ...last];
}

/** The encoder's adapters as its graph takes them: inputs `lora_a [2*depth,R,C]` and `lora_b [2*depth,C,R]`. */
export interface PackedAdapters {
  readonly lora_a: Tensor;
  readonly lora_b: Tensor;
}

async function stack(weights: WeightSource, names: readonly string[]): Promise<Tensor> {
  const tensors: Tensor[] = [];
  for (const name of names) tensors.push(await weights.read(name));
  const size = tensors[0]?.data.length ?? 0;
  const data = new Float32Array(names.length * size);
  for (const [index, tensor] of tensors.entries()) data.set(tensor.data, index * size);
  return { shape: [names.length, ...(tensors[0]?.shape ?? [])], data };
}

/** Reads the encoder's adapters by their saved names. Errors: those of reading. */
export async function packAdapters(
  weights: WeightSource,
  configuration: SamedConfiguration,
): Promise<PackedAdapters> {
  const pairs = encoderAdapters(configuration);
  return {
    lora_a: await stack(
      weights,
      pairs.map(({ a }) => a),
    ),
    lora_b: await stack(
      weights,
      pairs.map(({ b }) => b),
    ),
  };
}

/** Adapters that change nothing: of a SAM that was not fine-tuned. */
export function emptyAdapters({ depth, dim, rank }: SamedConfiguration): PackedAdapters {
  const size = 2 * depth * rank * dim;
  return {
    lora_a: { shape: [2 * depth, rank, dim], data: new Float32Array(size) },
    lora_b: { shape: [2 * depth, dim, rank], data: new Float32Array(size) },
  };
}
