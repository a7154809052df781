/**
 * Writes full-size checkpoints with weights from a hash of their names, since published ones are not part of the project:
 * a SAM ViT-B at 1024 (375 MB), the adapters and decoder of a SAMed, and a pytorch-fid InceptionV3. Into the folder named.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedTensors } from '../core/formats/tensor-source.ts';
import { writeTorchCheckpoint } from '../core/formats/torch-writer.ts';
import type { Graph } from '../models/graph/graph.ts';
import { synthWeight } from '../models/reference/synth-weights.ts';
import { createInceptionV3 } from '../models/zoo/inception-v3.ts';
import { createSamed } from '../models/zoo/samed.ts';
import { publishedSamed } from '../models/zoo/samed-configuration.ts';
import { DENSE_POSITIONS, POSITION_MATRIX } from '../models/zoo/samed-positions.ts';

const SALT = 'bench';
/** The classifier of pytorch-fid's network, by which it is recognised. */
const FID_CLASSIFIER = [1008, 2048];

function synthesise(shapes: Iterable<readonly [string, readonly number[]]>, gain = 1): NamedTensors {
  return new Map([...shapes].map(([name, shape]) => [name, synthWeight(name, shape, SALT, gain)]));
}

function shapesOf(graph: Graph): [string, readonly number[]][] {
  return graph.parameters
    .filter(({ name }) => name !== DENSE_POSITIONS)
    .map(({ name, shape }) => [name, shape.map(Number)]);
}

const folder = process.argv[2] as string;
const write = (name: string, tensors: NamedTensors) =>
  writeFileSync(join(folder, name), writeTorchCheckpoint(tensors));

const samed = shapesOf(createSamed(publishedSamed('ViT-B', { side: 1024, classes: 2, rank: 4 })));
const matrix = [POSITION_MATRIX, [2, 128]] as const;
const isAdapter = ([name]: readonly [string, readonly number[]]) => name.startsWith('w_');
const isEncoder = ([name]: readonly [string, readonly number[]]) => name.startsWith('image_encoder.');
write('sam_vit_b.pth', synthesise([...samed.filter((entry) => !isAdapter(entry)), matrix]));
write('samed_lora.pth', synthesise([...samed.filter((entry) => !isEncoder(entry)), matrix]));
const inception = shapesOf(createInceptionV3('fid'));
write('inception_fid.pth', synthesise([...inception, ['fc.weight', FID_CLASSIFIER]], Math.SQRT2));
