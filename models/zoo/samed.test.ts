/** SAMed's graphs at published sizes, without their weights: names, shapes and counts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { goldensFolder } from '../../core/goldens.ts';
import type { Graph } from '../graph/graph.ts';
import { elementCount } from '../graph/shape.ts';
import { verifyGraph } from '../graph/verify.ts';
import { publishedSamed } from './samed-configuration.ts';
import { DENSE_POSITIONS, densePositions, withDensePositions } from './samed-positions.ts';
import { createSamed, createSamedDecoder, createSamedEncoder } from './samed.ts';
import { synthCheckpoint } from '../testing/synth-checkpoint.ts';
import { PUBLISHED_CHECKPOINTS } from './published.ts';

/** SAM's own decoder has masks for three readings of a prompt and one for none. */
const SAM_CHOICES = { side: 1024, classes: 3, rank: 0 };

function countParameters({ parameters }: Graph): number {
  return parameters
    .filter(({ name }) => name !== DENSE_POSITIONS)
    .reduce((sum, { shape }) => sum + elementCount(shape.map(Number)), 0);
}

describe('SAM at published sizes', () => {
  it('has the names and shapes of the public ViT-B checkpoint', () => {
    const path = join(goldensFolder('sam-checkpoint-adapt'), 'sam_vit_b_1024_state_dict_shapes.json');
    const published = JSON.parse(readFileSync(path, 'utf8')) as Record<string, readonly number[]>;
    const graph = createSamed(publishedSamed('ViT-B', SAM_CHOICES));
    const own = graph.parameters.filter(({ name }) => name !== DENSE_POSITIONS);
    expect(own.map(({ name, shape }) => [name, shape])).toEqual(
      own.map(({ name }) => [name, published[name]]),
    );
    const used = new Set(own.map(({ name }) => name));
    const unused = Object.keys(published).filter((name) => !used.has(name));
    expect(unused.filter((name) => !name.startsWith('prompt_encoder.'))).toEqual([]);
  });

  it.each(['ViT-B', 'ViT-L', 'ViT-H'] as const)(
    'has as many weights as the file of %s has room for',
    (variant) => {
      const graph = createSamed(publishedSamed(variant, SAM_CHOICES));
      verifyGraph(graph);
      const file = PUBLISHED_CHECKPOINTS.find(({ title }) => title === `SAM ${variant}`)?.file;
      // The rest are names, shapes and the prompts, which the graph does not use.
      const ratio = (4 * countParameters(graph)) / (file?.sizeBytes ?? 0);
      expect(ratio).toBeGreaterThan(0.999);
      expect(ratio).toBeLessThan(1);
    },
  );
});

describe('SAMed', () => {
  it.each([16, 224, 512, 528])('fits a side of %i', (side) => {
    const configuration = publishedSamed('ViT-B', { side, classes: 2, rank: 4 });
    const [encoder, decoder] = [createSamedEncoder(configuration), createSamedDecoder(configuration)];
    verifyGraph(encoder);
    verifyGraph(decoder);
    const grid = side / 16;
    expect(encoder.nodes.at(-1)?.shape).toEqual(['N', 256, grid, grid]);
    expect(decoder.nodes.find(({ name }) => name === 'mask_decoder.logits')?.shape).toEqual([
      'N',
      3,
      4 * grid,
      4 * grid,
    ]);
  });

  it('refuses a side that is no multiple of 16', () => {
    expect(() => createSamedEncoder(publishedSamed('ViT-B', { side: 500, classes: 2, rank: 4 }))).toThrow(
      'no whole number of patches',
    );
  });

  it('adapts q and v of every block, and the decoder where it is told to', () => {
    const choices = { side: 512, classes: 2, rank: 4 };
    const encoderOnly = createSamed(publishedSamed('ViT-B', choices));
    const both = createSamed(publishedSamed('ViT-B', { ...choices, adaptsDecoder: true }));
    const adapted = (graph: Graph) =>
      graph.nodes.filter((node) => node.kind === 'linear' && node.attributes.adapters.length > 0).length;
    expect(adapted(encoderOnly)).toBe(12);
    // Two layers of three attentions and the last one, q and v each.
    expect(adapted(both) - adapted(encoderOnly)).toBe(14);
  });
});

describe('the position encoding', () => {
  const shapes = { 'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix': [2, 3] };

  it('is read with a checkpoint that holds the matrix', async () => {
    const source = synthCheckpoint(shapes, 'positions');
    const extended = withDensePositions(source, 5);
    expect(extended.tensors.get(DENSE_POSITIONS)?.shape).toEqual([1, 25, 6]);
    const matrix = await source.read(Object.keys(shapes)[0] ?? '');
    expect(await extended.read(DENSE_POSITIONS)).toEqual(densePositions(matrix, 5).data);
    expect(() => withDensePositions(synthCheckpoint({}, 'positions'), 5)).toThrow(
      'lacks prompt_encoder.pe_layer',
    );
  });

  it('is zero phase at the centre of an odd grid, sines before cosines', () => {
    const { data } = densePositions(Float32Array.of(0.3, -2, 7, 1.5), 3);
    expect(Array.from(data.slice(4 * 4, 5 * 4))).toEqual([0, 0, 1, 1]);
  });
});
