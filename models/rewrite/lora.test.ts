/** Adapters on a finished graph: they compute what merged weights compute, in every layer the published code adapts. */
import { describe, expect, it } from 'vitest';

import { BACKENDS, describeDifference, POINTWISE_F32 } from '../../core/testing.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import type { Params, Tensor } from '../graph/graph.ts';
import { weightsOf } from '../graph/params.ts';
import { verifyGraph } from '../graph/verify.ts';
import { interpret } from '../reference/interpret.ts';
import { synthImage, synthParams } from '../reference/synth-weights.ts';
import { decoderAdapters, emptyAdapters, encoderAdapters, packAdapters } from '../zoo/samed-adapters.ts';
import type { SamedConfiguration } from '../zoo/samed-configuration.ts';
import { createSamed, createSamedDecoder, createSamedEncoder } from '../zoo/samed.ts';
import { rewriteModel } from './derived-weights.ts';
import { type LoraPair, withLora } from './lora.ts';
import { mergeLora } from './merge-lora.ts';

const SALT = 'lora';
const CONFIGURATION: SamedConfiguration = {
  side: 64,
  patchSize: 16,
  dim: 12,
  depth: 2,
  heads: 2,
  mlpDim: 24,
  windowSize: 3,
  globalBlocks: [1],
  embeddingDim: 16,
  maskTokens: 2,
  rank: 3,
  adaptsDecoder: true,
  decoder: { depth: 2, heads: 2, mlpDim: 20, crossDim: 8, overlapDim: 8, overlapDepth: 2 },
};
const IMAGE = { shape: [1, 3, 64, 64], data: synthImage('image', 3, 64, 64, SALT) };

function tensorOf(params: Params, name: string): Tensor {
  const tensor = params.get(name);
  if (tensor === undefined) throw new Error(`no ${name}`);
  return tensor;
}

/** The weights with B A added to the rows that each pair adapts. */
function mergeAdapters(params: Params, pairs: readonly LoraPair[]): Params {
  const merged = new Map(params);
  for (const { node, offset, span, a, b } of pairs) {
    const weight = tensorOf(merged, `${node}.weight`);
    const [down, up] = [tensorOf(params, a), tensorOf(params, b)];
    const [rank, inputCount] = down.shape as [number, number];
    const data = weight.data.slice();
    for (let o = 0; o < span; o++) {
      for (let i = 0; i < inputCount; i++) {
        let sum = 0;
        for (let r = 0; r < rank; r++) {
          sum += (up.data[o * rank + r] as number) * (down.data[r * inputCount + i] as number);
        }
        const at = (offset + o) * inputCount + i;
        data[at] = (data[at] as number) + sum;
      }
    }
    merged.set(`${node}.weight`, { ...weight, data });
  }
  return merged;
}

describe('adapters', () => {
  const graph = createSamed(CONFIGURATION);
  const params = synthParams(graph.parameters, SALT);
  const pairs = [...encoderAdapters(CONFIGURATION), ...decoderAdapters(CONFIGURATION)];

  it('compute what merged weights compute, in encoder and decoder', () => {
    const plain = createSamed({ ...CONFIGURATION, rank: 0, adaptsDecoder: false });
    const adapted = interpret({ graph, params }, { image: IMAGE });
    const merged = interpret({ graph: plain, params: mergeAdapters(params, pairs) }, { image: IMAGE });
    const without = interpret({ graph: plain, params }, { image: IMAGE });
    const difference = (other: typeof merged, name: string) =>
      describeDifference(adapted[name]?.data ?? [], other[name]?.data ?? [], BACKENDS);
    const names = ['image_embeddings', 'low_res_logits'];
    expect(names.map((name) => difference(merged, name))).toEqual([undefined, undefined]);
    expect(names.filter((name) => difference(without, name) === undefined)).toEqual([]);
  });

  it('can be merged into the weights by a rewrite, after which the graph has none', () => {
    const merged = rewriteModel({ graph, params }, mergeLora);
    verifyGraph(merged.graph);
    const names = merged.graph.parameters.map(({ name }) => name);
    expect(pairs.filter(({ a, b }) => names.includes(a) || names.includes(b))).toEqual([]);
    const expected = mergeAdapters(params, pairs);
    for (const node of new Set(pairs.map((pair) => pair.node))) {
      const data = merged.params.get(`${node}.merged-weight`)?.data ?? [];
      expect(
        describeDifference(data, tensorOf(expected, `${node}.weight`).data, POINTWISE_F32),
      ).toBeUndefined();
    }
    const [adapted, plain] = [{ graph, params }, merged].map((model) => interpret(model, { image: IMAGE }));
    const logits = (outputs: typeof adapted) => outputs?.['low_res_logits']?.data ?? [];
    expect(describeDifference(logits(plain), logits(adapted), BACKENDS)).toBeUndefined();
  });

  it('have the names of the published files, q before v', () => {
    expect(pairs.map(({ a }) => a)).toEqual([
      ...['w', 'sa', 'cti', 'cit'].flatMap((part) => [0, 1, 2, 3].map((index) => `${part}_a_00${index}`)),
      'fati_qa',
      'fati_va',
    ]);
    expect(pairs[1]).toMatchObject({ node: 'image_encoder.blocks.0.attn.qkv', offset: 24, b: 'w_b_001' });
    expect(pairs.at(-1)).toMatchObject({
      node: 'mask_decoder.transformer.final_attn_token_to_image.v_proj',
      b: 'fati_vb',
    });
  });

  it('are one input each for all A and all B of the encoder, and nothing when they are zero', async () => {
    const encoder = createSamedEncoder(CONFIGURATION);
    verifyGraph(encoder);
    expect(encoder.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['image', ['N', 3, 64, 64]],
      ['lora_a', [4, 3, 12]],
      ['lora_b', [4, 12, 3]],
    ]);
    const embed = (inputs: Record<string, Tensor>) =>
      interpret({ graph: encoder, params }, { image: IMAGE, ...inputs })['image_embeddings']?.data ?? [];
    const whole = interpret({ graph, params }, { image: IMAGE })['image_embeddings']?.data ?? [];
    expect(embed({ ...(await packAdapters(weightsOf(params), CONFIGURATION)) })).toEqual(whole);
    const plain = createSamedEncoder({ ...CONFIGURATION, rank: 0 });
    const none = interpret({ graph: plain, params }, { image: IMAGE })['image_embeddings']?.data;
    expect(embed({ ...emptyAdapters(CONFIGURATION) })).toEqual(none);
  });

  it('belong to the decoder alone where it is alone', () => {
    const decoder = createSamedDecoder(CONFIGURATION);
    verifyGraph(decoder);
    const names = decoder.parameters.map(({ name }) => name);
    expect(names).toContain('cit_b_003');
    expect(names).not.toContain('w_a_000');
  });

  it('refuse a layer that is not there', () => {
    const builder = createGraphBuilder('empty');
    const empty = builder.build({ y: builder.input('x', ['N', 2]) });
    const pair = { node: 'nowhere', offset: 0, span: 1, a: 'a', b: 'b' };
    expect(() => withLora(empty, [pair], 1)).toThrow('does not have');
  });
});
