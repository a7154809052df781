/**
 * Steps of a small network with every objective against the oracle: states that steps change, images of unknown group and of
 * weight 0, micro-batches that do not divide the batch.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createRandom } from '../../../core/random.ts';
import { describeDifference, REDUCED_F32 } from '../../../core/testing.ts';
import { createGraphBuilder } from '../../../models/graph/builder.ts';
import type { TrainingGraph } from '../../../models/graph/training-graph.ts';
import { bindBatch, elementCount } from '../../../models/graph/shape.ts';
import { interpretTraining } from '../../../models/reference/interpret-training.ts';
import { initialMoments, SAMED_ADAMW, stepOptimizer } from '../../../models/reference/optimizers.ts';
import { differentiate } from '../../../models/rewrite/differentiate.ts';
import { withGroupClassifier } from '../../../models/rewrite/group-classifier.ts';
import { initialGroupWeights, lossOf, type Objective } from '../objectives/objective.ts';
import type { Optimizer } from '../plan/plan.ts';
import { inputsOf, openTestEngines, sourceOf, type TestEngines } from './testing.ts';

const BATCH_SIZE = 5;
const GROUP_COUNT = 3;
const STEP_COUNT = 3;
const RATES = { learningRate: 0.01, weightDecay: SAMED_ADAMW.weightDecay };
const [beta1, beta2] = SAMED_ADAMW.betas;
const adamW: Optimizer = { kind: 'adamw', beta1, beta2, epsilon: SAMED_ADAMW.epsilon };

let engines: TestEngines;
beforeAll(async () => {
  engines = await openTestEngines();
});
afterAll(() => {
  engines.dispose();
});

/** Two convolutions; the map between them is what an adversary looks at. */
function network() {
  const builder = createGraphBuilder('two convolutions');
  const convolve = (name: string, x: ReturnType<typeof builder.input>, from: number, to: number) =>
    builder.op(
      'conv2d',
      name,
      [x, builder.parameter(`${name}.weight`, [to, from, 3, 3]), builder.parameter(`${name}.bias`, [to])],
      { stride: 1, padding: [1, 1] },
    );
  const hidden = builder.op(
    'unary',
    'hidden',
    [convolve('first', builder.input('image', ['N', 2, 7, 5]), 2, 6)],
    {
      function: 'gelu',
    },
  );
  return builder.build({ logits: convolve('second', hidden, 6, 4), hidden });
}

function trainingOf(objective: Objective): TrainingGraph {
  const plain = network();
  const graph =
    objective.kind === 'adversarial'
      ? withGroupClassifier(plain, {
          from: 'hidden',
          groupCount: GROUP_COUNT,
          reversalScale: objective.reversalScale,
        })
      : plain;
  const settings = { logits: 'logits', crossEntropyWeight: 0.2, diceWeight: 0.8, groupCount: GROUP_COUNT };
  return differentiate(graph, {
    loss: lossOf(objective, settings),
    trainable: new Set(graph.parameters.map(({ name }) => name)),
    batchNormMomentum: 0.1,
  });
}

/** Seeded weights and images; every label, a batch that lacks a group, an unknown group, unequal weights and one of 0. */
function valuesOf({ inputs, parameters }: TrainingGraph) {
  const given: Readonly<Record<string, ArrayLike<number>>> = {
    group: [0, -1, 2, 0, 2],
    sampleWeight: [1, 1, 0.5, 2, 0],
    groupWeight: initialGroupWeights(GROUP_COUNT),
  };
  return Object.fromEntries(
    [...inputs, ...parameters].map(({ name, shape: open }) => {
      const shape = bindBatch(open, BATCH_SIZE);
      const random = createRandom(11, name);
      const draw = name === 'label' ? () => random.integer(4) : () => 0.5 * random.normal();
      const data = given[name] ?? Float32Array.from({ length: elementCount(shape) }, draw);
      return [name, { shape, data: Float64Array.from(data) }];
    }),
  );
}

/** Reports and weights of steps in float64. */
function trainInOracle(training: TrainingGraph) {
  const values = valuesOf(training);
  const moments = new Map(
    training.gradients.map(({ parameter }) => [
      parameter,
      initialMoments(values[parameter]?.data.length ?? 0),
    ]),
  );
  const reports: Readonly<Record<string, Float64Array>>[] = [];
  for (let step = 1; step <= STEP_COUNT; step++) {
    const { outputs, gradients, updates } = interpretTraining(training, values);
    reports.push(Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data])));
    for (const [name, { data: gradient }] of gradients) {
      const weight = values[name]?.data ?? new Float64Array();
      stepOptimizer(
        weight,
        gradient,
        moments.get(name) ?? initialMoments(0),
        step,
        RATES.learningRate,
        SAMED_ADAMW,
      );
    }
    for (const [name, { data }] of updates) values[name]?.data.set(data);
  }
  const changed = [...moments.keys(), ...training.updates.map(({ state }) => state)];
  return {
    reports,
    values: new Map(changed.map((name) => [name, values[name]?.data ?? new Float64Array()])),
  };
}

const objectives: readonly Objective[] = [
  { kind: 'plain' },
  { kind: 'febs', gamma: 1, minimum: 'present' },
  { kind: 'febs', gamma: 0.5, minimum: 'all' },
  { kind: 'groupDro', rate: 0.5 },
  { kind: 'adversarial', weight: 0.3, reversalScale: 0.7 },
];

describe.each(objectives)('training with $kind', (objective) => {
  const training = trainingOf(objective);
  const expected = trainInOracle(training);

  it.each([BATCH_SIZE, 2])('%i images at a time is that of the oracle', async (microBatch) => {
    const values = valuesOf(training);
    const plan = engines.plan(training, { batchSize: BATCH_SIZE, optimizer: adamW, microBatch });
    const engine = await engines.open(plan, sourceOf(values));
    for (let step = 0; step < STEP_COUNT; step++) await engine.step(inputsOf(plan, values), RATES);
    const reports = await engine.reports();
    const problems = expected.reports.flatMap((report, step) =>
      Object.entries(report).flatMap(([name, data]) => {
        const difference = describeDifference(reports[step]?.values[name] ?? [], data, REDUCED_F32);
        return difference === undefined ? [] : [`${name} of step ${step + 1}: ${difference}`];
      }),
    );
    const state = await engine.state();
    expect([...state.values.keys()].toSorted()).toEqual([...expected.values.keys()].toSorted());
    for (const [name, data] of expected.values) {
      const difference = describeDifference(state.values.get(name) ?? [], data, REDUCED_F32);
      if (difference !== undefined) problems.push(`${name}: ${difference}`);
    }
    expect(problems).toEqual([]);
    engine.destroy();
  });
});
