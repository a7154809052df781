/** Hashed weights and images against the worked examples of the reference data. */
import { describe, expect, it } from 'vitest';

import { synthImage, synthWeight } from './synth-weights.ts';

const SALT = 'fs-samed-tiny';

/** [name, shape, first eight values] of the README of the reference data, section 0. */
const EXAMPLES: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  [
    'image_encoder.patch_embed.proj.weight',
    [32, 3, 16, 16],
    [-0.01548438, 0.008385562, -0.04685631, -0.03206908, -0.05293892, 0.028348736, -0.017112626, 0.056715228],
  ],
  [
    'w_b_000',
    [32, 4],
    [-0.4498724, -0.38065076, -0.5071319, -0.10804234, 0.44319332, 0.46879077, 0.49753618, -0.09854875],
  ],
  [
    'image_encoder.blocks.0.norm1.weight',
    [32],
    [0.8950968, 1.1284995, 1.0486429, 0.99471533, 1.0423772, 0.8916514, 1.0801051, 1.0640954],
  ],
  [
    'image_encoder.blocks.0.norm1.bias',
    [32],
    [-0.028429715, 0.08253544, -0.09290838, 0.008929038, 0.08793281, 0.013895767, 0.048730716, -0.078073606],
  ],
  [
    'image_encoder.pos_embed',
    [1, 8, 8, 32],
    [
      0.08496361, -0.097257435, -0.0011303065, -0.09714724, 0.0350417, -0.008752694, -0.08263581,
      -0.063424066,
    ],
  ],
  [
    'mask_decoder.mask_tokens.weight',
    [3, 32],
    [0.4080441, 0.11541802, -0.13988186, -0.38859245, -0.30761418, 0.29826358, 0.05534966, -0.05139595],
  ],
  [
    'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix',
    [2, 16],
    [-0.38447902, 0.9354864, -0.54987335, -0.5243681, -0.4227006, 0.11832507, -0.55354846, -0.78195065],
  ],
];

describe('hashed weights', () => {
  it.each(EXAMPLES)('gives %s its values', (name, shape, expected) => {
    const { data } = synthWeight(name, shape, SALT);
    // The examples have eight digits: enough to tell every f32 apart.
    expect(data.slice(0, expected.length)).toEqual(Float32Array.from(expected));
    expect(data).toHaveLength(shape.reduce((a, b) => a * b, 1));
  });

  it('centres variances at one, counts no batches, and applies the gain to weights alone', () => {
    const { data } = synthWeight('layer.running_var', [1000], SALT);
    expect(Math.min(...data)).toBeGreaterThan(0.8);
    expect(Math.max(...data)).toBeGreaterThan(1.1);
    expect(synthWeight('layer.num_batches_tracked', [], SALT).data).toEqual(Float32Array.of(0));
    const scaled = (name: string, shape: number[]) => synthWeight(name, shape, SALT, 2).data[0];
    expect(scaled('layer.weight', [4, 4])).toBe(2 * (synthWeight('layer.weight', [4, 4], SALT).data[0] ?? 0));
    expect(scaled('layer.bias', [4])).toBe(synthWeight('layer.bias', [4], SALT).data[0]);
  });
});

describe('hashed images', () => {
  it('gives the image of the full-size SAMed its values', () => {
    const image = synthImage('image512', 3, 512, 512, 'fs-vit-b');
    const first = [
      0.61773282289505, 0.534517228603363, 0.6009415984153748, 0.519538164138794, 0.7294872403144836,
      0.6574884057044983, 0.6018607020378113, 0.4441939890384674,
    ];
    expect(image.slice(0, first.length)).toEqual(Float32Array.from(first));
    expect(image.reduce((sum, value) => sum + value, 0)).toBeCloseTo(393289.23592089117, 3);
  });
});
