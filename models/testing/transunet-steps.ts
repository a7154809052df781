/**
 * Steps of SGD of the small TransUNets (goldens, section 12) in the oracle, and how far rounding of f32 may move what they give:
 * a value that rounding lifts over a kink of ReLU or max pool moves gradients by up to some hundredths, which depends on the case.
 */
import { createRandom, hashName } from '../../core/random.ts';
import { maxAbsDifference, relativeL2 } from '../../core/testing.ts';
import type { TrainingGraph } from '../graph/training-graph.ts';
import type { ReferenceInput } from '../reference/interpret.ts';
import { interpretTraining } from '../reference/interpret-training.ts';
import { initialMoments, stepOptimizer } from '../reference/optimizers.ts';
import type { TransUnetTrainingConfig } from './transunet-training.ts';

type Values = Readonly<Record<string, ReferenceInput>>;
type Arrays = ReadonlyMap<string, Float64Array>;

export interface SgdRun {
  /** Before each step. */
  readonly losses: readonly number[];
  /** Of the first step, by parameter. */
  readonly gradients: Arrays;
  /** Weights and running statistics after all steps, and by how much they changed. */
  readonly values: Arrays;
  readonly changes: Arrays;
}

/** All steps that the configuration lists, in float64. `values` are the weights and the batch by name. */
export function runSgd(training: TrainingGraph, values: Values, sgd: TransUnetTrainingConfig['sgd']): SgdRun {
  const optimizer = { kind: 'sgd', momentum: sgd.momentum, weightDecay: sgd.weight_decay } as const;
  const current = new Map(
    Object.entries(values).map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]),
  );
  const moments = new Map([...current].map(([name, { data }]) => [name, initialMoments(data.length)]));
  const losses: number[] = [];
  const gradients = new Map<string, Float64Array>();
  const changed = new Set<string>();
  for (const [index, learningRate] of sgd.lr_used.entries()) {
    const result = interpretTraining(training, Object.fromEntries(current));
    losses.push(result.outputs['loss']?.data[0] ?? Number.NaN);
    for (const [name, { data: gradient }] of result.gradients) {
      if (index === 0) gradients.set(name, gradient);
      const weight = current.get(name)?.data ?? new Float64Array();
      const own = moments.get(name) ?? initialMoments(0);
      stepOptimizer(weight, gradient, own, index + 1, learningRate, optimizer);
      changed.add(name);
    }
    for (const [name, { shape, data }] of result.updates) {
      current.set(name, { shape, data: Float64Array.from(data) });
      changed.add(name);
    }
  }
  const after = new Map([...changed].map((name) => [name, current.get(name)?.data ?? new Float64Array()]));
  const changes = new Map(
    [...after].map(([name, data]) => [
      name,
      data.map((value, i) => value - (values[name]?.data[i] ?? Number.NaN)),
    ]),
  );
  return { losses, gradients, values: after, changes };
}

/**
 * Ten units of f32's last place, twice as much as moves logits as far as rounding along the layers does; four runs, so that the
 * kinks that f32 may meet are met; three times what they move. Of 16 other cases, two ways of PyTorch to compute in f32 differ from
 * its f64 by less than that, where in four of them gradients move by more than 5e-3.
 */
const [RELATIVE_NOISE, RUN_COUNT, MARGIN] = [1.2e-6, 4, 3] as const;

/** The image and the weights with their last places shaken. */
function shaken(training: TrainingGraph, values: Values, run: number): Values {
  const names = new Set(['image', ...training.parameters.map(({ name }) => name)]);
  return Object.fromEntries(
    Object.entries(values).map(([name, { shape, data }]) => {
      if (!names.has(name)) return [name, { shape, data }];
      const random = createRandom(hashName(name) + run, 'rounding');
      const noisy = Float64Array.from(
        data,
        (value) => value * (1 + RELATIVE_NOISE * (2 * random.uniform() - 1)),
      );
      return [name, { shape, data: noisy }];
    }),
  );
}

/** Bounds of what rounding of f32 moves. */
export interface RoundingBounds {
  /** Of the loss before each step. */
  readonly losses: readonly number[];
  /** Norm of the difference over the norm, of the first step's gradients by parameter. */
  readonly gradients: ReadonlyMap<string, number>;
  /** Largest difference of what all steps change, by name. */
  readonly changes: ReadonlyMap<string, number>;
}

/** Cost: four runs of the steps, a minute for a case with a ResNet. */
export function roundingBounds(
  training: TrainingGraph,
  values: Values,
  sgd: TransUnetTrainingConfig['sgd'],
): RoundingBounds {
  const exact = runSgd(training, values, sgd);
  const runs = Array.from({ length: RUN_COUNT }, (_, run) =>
    runSgd(training, shaken(training, values, run), sgd),
  );
  const bound = (distance: (run: SgdRun) => number) => MARGIN * Math.max(...runs.map(distance));
  const none = new Float64Array();
  return {
    losses: exact.losses.map((loss, step) =>
      bound(({ losses }) => Math.abs((losses[step] ?? Number.NaN) - loss)),
    ),
    gradients: new Map(
      [...exact.gradients].map(([name, gradient]) => [
        name,
        bound(({ gradients }) => relativeL2(gradients.get(name) ?? none, gradient)),
      ]),
    ),
    changes: new Map(
      [...exact.changes].map(([name, change]) => [
        name,
        bound(({ changes }) => maxAbsDifference(changes.get(name) ?? none, change)),
      ]),
    ),
  };
}
