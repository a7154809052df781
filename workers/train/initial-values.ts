/** The values that a run starts from: the model's, and seeded draws for what it does not have. */
import { WorkbenchError } from '../../core/errors.ts';
import { createRandom } from '../../core/random.ts';
import { isAdapterName } from '../../models/checkpoints/sam-names.ts';
import type { Graph } from '../../models/graph/graph.ts';
import { elementCount } from '../../models/graph/shape.ts';
import { GROUP_CLASSIFIER } from '../../models/rewrite/group-classifier.ts';
import { GROUP_WEIGHT_INPUT } from '../../models/rewrite/differentiate/loss.ts';
import { initialGroupWeights } from './objectives/objective.ts';
import type { TrainableModel } from './trainable-model.ts';

/** Of two adapters, B: `w_b_000`, `fati_qb`. */
const ADAPTER_B = /b(_\d+)?$/;
/** What depends on the number of classes: drawn anew where a SAM has none that fits. */
const DRAWN_LAYERS = [
  'mask_decoder.output_hypernetworks_mlps.',
  'mask_decoder.iou_prediction_head.',
  `${GROUP_CLASSIFIER}.`,
];

function drawUniform(bound: number, count: number, seed: number, name: string): Float32Array<ArrayBuffer> {
  const random = createRandom(seed, `initial ${name}`);
  return Float32Array.from({ length: count }, () => (2 * random.uniform() - 1) * bound);
}

/**
 * The values of parameters and states by name. Those of the model come first; of what it lacks, adapters A are uniform in
 * +-1/sqrt(inputs) (Kaiming's rule with a = sqrt 5, as in the published code) and B are 0, so that nothing changes at first;
 * tokens of masks are normal; new layers are uniform in +-1/sqrt(inputs), PyTorch's default. The weights of groups are equal.
 * Errors of the source: `train/not-trainable` naming a tensor that can neither be read nor drawn; the model's.
 */
export function initialValues(
  model: TrainableModel,
  graph: Graph,
  groupCount: number,
  seed: number,
): (name: string) => Promise<Float32Array<ArrayBuffer>> {
  const shapes = new Map(graph.parameters.map(({ name, shape }) => [name, shape.map(Number)]));
  return async (name) => {
    if (name === GROUP_WEIGHT_INPUT) return initialGroupWeights(groupCount);
    if (model.shapes.has(name)) return model.read(name);
    const shape = shapes.get(name) ?? [];
    const count = elementCount(shape);
    // A bias has as many inputs as its weight.
    const inputCount = shapes.get(name.replace(/\.bias$/, '.weight'))?.[1] ?? 0;
    const isAdapter = isAdapterName(name);
    if (isAdapter && ADAPTER_B.test(name)) return new Float32Array(count);
    if (isAdapter || DRAWN_LAYERS.some((layer) => name.startsWith(layer))) {
      return drawUniform(1 / Math.sqrt(inputCount), count, seed, name);
    }
    if (name === 'mask_decoder.mask_tokens.weight') {
      const random = createRandom(seed, `initial ${name}`);
      return Float32Array.from({ length: count }, () => random.normal());
    }
    throw new WorkbenchError('train/not-trainable', `The model lacks '${name}', which training needs.`, {
      context: { tensor: name },
    });
  };
}
