/** The graphs of full-size TransUNets, without weights. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { goldensFolder } from '../../core/goldens.ts';
import { readTransUnetConfiguration, transUnetVariant } from '../checkpoints/transunet.ts';
import { verifyGraph } from '../graph/verify.ts';
import { createTransUnet, TRANSUNET_CONFIGURATIONS, TRANSUNET_HEADS } from './transunet.ts';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** A checkpoint of which only names and shapes are known. */
function sourceOf(shapes: Shapes): TensorSource {
  const infos = [...shapes].map(([name, shape]) => [name, { name, shape, dtype: 'float32' }] as const);
  return {
    tensors: new Map(infos),
    metadata: new Map(),
    sizeBytes: 0,
    read: (name) => Promise.reject(new Error(`'${name}' has no values`)),
  };
}

/** Tensors of the published code's checkpoints, but for the counters of batches, which inference does not use. */
function readPublished(file: string): Shapes {
  const text = readFileSync(join(goldensFolder('transunet'), file), 'utf8');
  const entries = JSON.parse(text) as Readonly<Record<string, readonly [readonly number[], string]>>;
  return new Map(
    Object.entries(entries).flatMap(([name, [shape]]) =>
      name.endsWith('num_batches_tracked') ? [] : [[name, shape] as const],
    ),
  );
}

const published = readdirSync(goldensFolder('transunet')).filter((file) =>
  file.endsWith('_state_dict_shapes.json'),
);

describe('full-size TransUNets', () => {
  it.each(published)('have the names and shapes of %s', (file) => {
    const shapes = readPublished(file);
    const graph = createTransUnet(readTransUnetConfiguration(sourceOf(shapes)), TRANSUNET_HEADS);
    verifyGraph(graph);
    expect(new Map(graph.parameters.map(({ name, shape }) => [name, shape]))).toEqual(shapes);
  });

  it('are recognised by the parameters of their own graphs', () => {
    for (const [variant, configuration] of Object.entries(TRANSUNET_CONFIGURATIONS)) {
      const { parameters } = createTransUnet(configuration, TRANSUNET_HEADS);
      const shapes = parameters.map(({ name, shape }) => [name, shape.map(Number)] as const);
      expect(readTransUnetConfiguration(sourceOf(new Map(shapes)))).toEqual(configuration);
      expect(transUnetVariant(configuration)).toBe(variant);
    }
  });

  it('keep the sizes of their maps at every side that is a multiple of 16', () => {
    for (const side of [16, 48, 80, 512]) {
      const graph = createTransUnet({ ...TRANSUNET_CONFIGURATIONS['R50-ViT-B_16'], side }, TRANSUNET_HEADS);
      expect(graph.nodes.at(-1)?.shape).toEqual(['N', 3, side, side]);
    }
  });

  it('refuse a skip connection that the ResNet does not have', () => {
    const configuration = { ...TRANSUNET_CONFIGURATIONS['R50-ViT-B_16'], skipChannels: [512, 128, 64, 0] };
    expect(() => createTransUnet(configuration, TRANSUNET_HEADS)).toThrow(
      'Decoder block 1 of the TransUNet wants a skip connection of 128 channels; there is one of 256.',
    );
  });
});
