/** Exports of a trained network: names, values, what Python reads of them, and that the merged network computes the same. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';

import { openBlob } from '../../core/formats/byte-source.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import { BACKENDS, describeDifference } from '../../core/testing.ts';
import { assembleSamed } from '../../models/checkpoints/adapt-sam.ts';
import { interpret } from '../../models/reference/interpret.ts';
import { synthImage, synthParams } from '../../models/reference/synth-weights.ts';
import { createSamed } from '../../models/zoo/samed.ts';
import type { TrainSettings } from '../api/train.ts';
import { exportTrained } from './export-trained.ts';
import { SAMED_RECIPE } from './recipes.ts';
import { createTestModel, MINIMAL_SAMED } from './testing.ts';
import { publishedTensors, readTensors, trainedNetwork } from './trained-tensors.ts';

const SETTINGS: TrainSettings = { ...SAMED_RECIPE, rank: 2 };

/** A network of which adapters and half of the decoder were trained. */
function trained(settings: TrainSettings = SETTINGS) {
  const model = createTestModel();
  const configuration = { ...MINIMAL_SAMED, rank: settings.rank, adaptsDecoder: settings.adaptsDecoder };
  const values = synthParams(createSamed(configuration).parameters, 'trained');
  const isTrained = (name: string) => /^(w|sa|cti|cit)_|^fati_|^mask_decoder\.(mask|output)/.test(name);
  return trainedNetwork(
    model,
    settings,
    new Map(
      [...values]
        .filter(([name]) => isTrained(name))
        .map(([name, { data }]) => [name, Float32Array.from(data)]),
    ),
  );
}

describe('the tensors of a trained network', () => {
  it('are the trained ones over the model, and tell what the model does not have', async () => {
    const network = trained();
    const token = await network.read('mask_decoder.mask_tokens.weight');
    const model = createTestModel();
    expect(token.data).not.toEqual(await model.read('mask_decoder.mask_tokens.weight'));
    expect((await network.read('mask_decoder.iou_token.weight')).data).toEqual(
      await model.read('mask_decoder.iou_token.weight'),
    );
    expect(network.changed.has('w_a_000')).toBe(true);
    expect(network.changed.has('mask_decoder.iou_token.weight')).toBe(false);
  });

  it('are saved as published: adapters, prompt encoder, decoder', async () => {
    const names = [...(await publishedTensors(trained(), 'adapters-and-decoder')).keys()];
    const groups = names.map((name) => /^(w_a|w_b|prompt_encoder|mask_decoder)/.exec(name)?.[0]);
    expect(groups).toEqual(groups.toSorted((a, b) => order(a) - order(b)));
    expect(names.slice(0, 9)).toEqual([
      ...[0, 1, 2, 3].map((index) => `w_a_00${index}`),
      ...[0, 1, 2, 3].map((index) => `w_b_00${index}`),
      'prompt_encoder.no_mask_embed.weight',
    ]);
    expect(names).not.toContain('prompt_encoder.dense_pe');
    expect(names).toContain('mask_decoder.transformer.norm_final_attn.weight');
  });

  it('are saved without the transformer where the decoder has adapters, as in the second published variant', async () => {
    const network = trained({ ...SETTINGS, adaptsDecoder: true });
    const names = [...(await publishedTensors(network, 'adapters-and-decoder')).keys()];
    expect(names).toContain('fati_qa');
    expect(names.filter((name) => name.includes('transformer'))).toEqual([]);
  });

  it('are all of them when all were trained', async () => {
    const names = [...(await publishedTensors(trained(), 'all')).keys()];
    expect(names).toContain('image_encoder.pos_embed');
  });
});

function order(group: string | undefined): number {
  return ['w_a', 'w_b', 'prompt_encoder', 'mask_decoder'].indexOf(group ?? '');
}

describe('exports', () => {
  it('make the same network again over their SAM', async () => {
    const network = trained();
    const file = await exportTrained(network, 'adapters-and-decoder', 'run', 'safetensors');
    expect(file.name).toBe('run.safetensors');
    const saved = await openTensorSource(openBlob(file), file.name);
    expect(saved.metadata.get('heads')).toBe('2');
    const all = await readTensors(network, network.shapes.keys());
    const sam = {
      ...saved,
      tensors: new Map(
        [...all].map(([name, { shape }]) => [name, { name, dtype: 'float32' as const, shape }]),
      ),
      read: (name: string) => createTestModel().read(name),
    };
    const again = assembleSamed(sam, saved, { side: MINIMAL_SAMED.side });
    for (const name of saved.tensors.keys()) {
      expect(await again.read(name)).toEqual((await network.read(name)).data);
    }
  });

  it('as ONNX compute what the network computes', async () => {
    const ort = await import('onnxruntime-web');
    const network = trained();
    const file = await exportTrained(network, 'adapters-and-decoder', 'run', 'onnx');
    expect(file.name).toBe('run.onnx');
    const session = await ort.InferenceSession.create(new Uint8Array(await file.arrayBuffer()));
    expect(session.inputNames).toEqual(['image']);
    const { side } = MINIMAL_SAMED;
    const data = synthImage('image', 3, side, side, 'export');
    const outputs = await session.run({ image: new ort.Tensor('float32', data, [1, 3, side, side]) });
    const { graph } = network;
    const params = await readTensors(
      network,
      graph.parameters.map(({ name }) => name),
    );
    const expected = interpret({ graph, params }, { image: { shape: [1, 3, side, side], data } });
    expect(
      describeDifference(
        outputs['low_res_logits']?.data as Float32Array,
        expected['low_res_logits']?.data ?? [],
        BACKENDS,
      ),
    ).toBeUndefined();
  });

  it('of a large network are a zip of graph and weights', async () => {
    const settings = { ...SETTINGS, rank: 2 };
    const large = { ...MINIMAL_SAMED, mlpDim: 300_000 };
    const network = trainedNetwork(createTestModel(large), settings, new Map());
    const file = await exportTrained(network, 'adapters-and-decoder', 'run', 'onnx');
    expect(file.name).toBe('run.zip');
    const entries = unzipSync(new Uint8Array(await file.arrayBuffer()));
    expect(Object.keys(entries).toSorted()).toEqual(['run.onnx', 'run.onnx.data']);
    expect(entries['run.onnx.data']?.length).toBeGreaterThan(32 * 2 ** 20);
  });
});

/** Prints names, shapes and sums of a checkpoint that PyTorch loads. */
const SCRIPT = `
import json, sys, torch
tensors = torch.load(sys.argv[1])
print(json.dumps({name: [list(t.shape), float(t.double().sum())] for name, t in tensors.items()}))
`;

function hasTorch(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const pythons = ['python3', '/usr/bin/python3'].filter(hasTorch).slice(0, 1);

describe.each(pythons)('PyTorch of %s', (python) => {
  it('loads the exported checkpoint with the published names', async () => {
    const network = trained();
    const file = await exportTrained(network, 'adapters-and-decoder', 'run', 'pth');
    const path = join(mkdtempSync(join(tmpdir(), 'trained-')), file.name);
    writeFileSync(path, new Uint8Array(await file.arrayBuffer()));
    const printed = execFileSync(python, ['-c', SCRIPT, path], { encoding: 'utf8' });
    const found = JSON.parse(printed) as Record<string, [number[], number]>;
    const tensors = await publishedTensors(network, 'adapters-and-decoder');
    expect(Object.keys(found)).toEqual([...tensors.keys()]);
    for (const [name, { shape, data }] of tensors) {
      const [foundShape, sum] = found[name] ?? [[], Number.NaN];
      expect(foundShape).toEqual(shape);
      expect(sum).toBeCloseTo(
        data.reduce((total, value) => total + value, 0),
        4,
      );
    }
  });
});
