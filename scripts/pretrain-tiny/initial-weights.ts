/** The weights that SAMed-Tiny's pretraining starts from: seeded draws for every tensor of SAM's names. */
import { createRandom } from '../../core/random.ts';
import { elementCount } from '../../models/graph/shape.ts';
import { gridOf, type SamedConfiguration } from '../../models/zoo/samed-configuration.ts';
import { DENSE_POSITIONS, densePositions, POSITION_MATRIX } from '../../models/zoo/samed-positions.ts';
import { createSamed } from '../../models/zoo/samed.ts';
import type { NamedTensors } from '../../core/formats/tensor-source.ts';

/** Tokens and the matrix of positions are drawn from the standard normal distribution, as in SAM. */
const NORMAL = /^prompt_encoder\.|_tokens?\.weight$/;
/** Tables that start from nothing: of positions. */
const ZERO = /pos_embed$|rel_pos_[hw]$/;
const NORM = /\.norm\d?(_final_attn)?\.(weight|bias)$|\.neck\.[13]\.|\.output_upscaling\.1\./;

/**
 * All tensors of a SAMed without adapters, in the order of its graph. Norms start as the identity, tables of positions as
 * zeros, tokens standard normal, everything else uniform in +-1/sqrt(inputs), PyTorch's default.
 */
export function drawWeights(configuration: SamedConfiguration, seed: number): NamedTensors {
  const drawn = createSamed(configuration).parameters.filter(({ name }) => name !== DENSE_POSITIONS);
  const shapes = new Map(drawn.map(({ name, shape }) => [name, shape.map(Number)]));
  shapes.set(POSITION_MATRIX, [2, configuration.embeddingDim / 2]);
  const valuesOf = (name: string, shape: readonly number[]): Float32Array<ArrayBuffer> => {
    const values = new Float32Array(elementCount(shape));
    const random = createRandom(seed, `initial ${name}`);
    if (ZERO.test(name)) return values;
    if (NORM.test(name)) return values.fill(name.endsWith('.weight') ? 1 : 0);
    if (NORMAL.test(name)) return values.map(() => random.normal());
    // A bias has as many inputs as its weight.
    const weightShape = shapes.get(name.replace(/\.bias$/, '.weight')) ?? shape;
    const bound = 1 / Math.sqrt(elementCount(weightShape.slice(1)));
    return values.map(() => (2 * random.uniform() - 1) * bound);
  };
  return new Map(Array.from(shapes, ([name, shape]) => [name, { shape, data: valuesOf(name, shape) }]));
}

/** The tensor of positions that the graph wants in place of the matrix that checkpoints hold. */
export function positionsOf(tensors: NamedTensors, configuration: SamedConfiguration) {
  return densePositions(tensors.get(POSITION_MATRIX)?.data ?? new Float32Array(), gridOf(configuration));
}
