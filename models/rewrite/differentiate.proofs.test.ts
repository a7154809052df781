/** Every gradient rule against central differences in float64, on the cases that every lowering is tested with. */
import { describe, expect, it } from 'vitest';

import { createRandom, hashName, permutation } from '../../core/random.ts';
import { GRADCHECK_F64 } from '../../core/testing.ts';
import type { GradientKind } from '../graph/gradient-ops.ts';
import { GRADIENT_KINDS } from '../graph/gradient-ops/infer.ts';
import type { Graph } from '../graph/graph.ts';
import { bindBatch, elementCount } from '../graph/shape.ts';
import type { TrainingGraph } from '../graph/training-graph.ts';
import { compareDerivatives, describeComparisons, type ProofValues } from '../testing/central-differences.ts';
import { opCases } from '../reference/op-cases.ts';
import { differentiate } from './differentiate.ts';

const BATCH_SIZE = 3;

/**
 * Values from 0.25 to 1.25 in random order, no two nearer than 1 / count and none near 0.75, so that no difference
 * steps over the kink of a maximum or of relu in the cases.
 */
function distinctValues(count: number, stream: string): Float64Array {
  const order = permutation(count, createRandom(hashName(stream), 'proofs'));
  return Float64Array.from(order, (rank) => 0.25 + (rank + 0.3) / count);
}

/** Distinct values for the inputs, around zero for the gradient of the output; the case's own weights. */
function proofValues(
  training: TrainingGraph,
  given: ReadonlyMap<string, { readonly data: Float32Array }>,
): ProofValues {
  return Object.fromEntries(
    [...training.inputs, ...training.parameters].map(({ name, shape: open }) => {
      const shape = bindBatch(open, BATCH_SIZE);
      const values = distinctValues(elementCount(shape), `${training.name}/${name}`);
      const shift = name.startsWith('d.') ? 0.75 : 0;
      const data = Float64Array.from(given.get(name)?.data ?? values, (value) => value - shift);
      // The last image of the batch only fills it up.
      if (name === 'sampleWeight') data.fill(1).fill(0, BATCH_SIZE - 1);
      return [name, { shape, data }];
    }),
  );
}

function derivativesOf(graph: Graph, trainable: readonly string[]): TrainingGraph {
  return differentiate(graph, {
    loss: { kind: 'given', output: 'out' },
    trainable: new Set(trainable),
    batchNormMomentum: 0.1,
  });
}

const provedKinds = new Set<string>();

/** Its gradient is not that of its value, on purpose: `differentiate.test.ts` has it. */
const provable = opCases.filter(({ model }) =>
  model.graph.nodes.every(({ kind }) => kind !== 'reverseGradient'),
);

describe('the gradient of', () => {
  it.each(provable)('$name is that of central differences', ({ model: { graph, params } }) => {
    const training = derivativesOf(
      graph,
      [...graph.inputs, ...graph.parameters].map(({ name }) => name),
    );
    for (const { kind } of training.nodes) provedKinds.add(kind);
    const values = proofValues(training, params);
    const dOut = values['d.out'];
    const comparisons = compareDerivatives(training, derivativesOf(graph, []), values, ({ out }) =>
      (out?.data ?? new Float64Array()).reduce((sum, value, at) => sum + value * (dOut?.data[at] ?? NaN), 0),
    );
    expect(comparisons.length).toBeGreaterThan(0);
    expect(describeComparisons(comparisons, GRADCHECK_F64)).toEqual([]);
  });

  it('every kind of operation was among them, but for losses', () => {
    const losses: readonly GradientKind[] = [
      'segmentationSums',
      'segmentationLoss',
      'segmentationGradient',
      'classificationLoss',
    ];
    expect(GRADIENT_KINDS.filter((kind) => !provedKinds.has(kind)).toSorted()).toEqual(losses.toSorted());
  });
});
