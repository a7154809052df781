/** Gradients by central differences in float64: what every gradient rule is proved against. */
import { createRandom, hashName } from '../../core/random.ts';
import { describeDifference, type Tolerance } from '../../core/testing.ts';
import type { TrainingGraph } from '../graph/training-graph.ts';
import { interpretTraining } from '../reference/interpret-training.ts';

/** Values of a training graph by name, which a proof may change. */
export type ProofValues = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float64Array }>
>;

/** Half the distance of the two values that a difference takes: the error of the formula is about its square. */
const STEP = 1e-5;
/** Elements of a value that are varied one by one, chosen by seed; random directions vary all of them together. */
const ELEMENT_COUNT = 8;
const DIRECTION_COUNT = 2;

/** A number by two routes. */
export interface Comparison {
  readonly what: string;
  readonly analytic: number;
  readonly numeric: number;
}

/** Directions in which a value of so many elements is varied: some of its elements, then all at once at random. */
function directionsOf(
  name: string,
  count: number,
): { readonly what: string; readonly direction: Float64Array }[] {
  const random = createRandom(hashName(name), 'central-differences');
  const chosen =
    count <= ELEMENT_COUNT
      ? Array.from({ length: count }, (_, index) => index)
      : Array.from({ length: ELEMENT_COUNT }, () => random.integer(count));
  const elements = [...new Set(chosen)].map((index) => {
    const direction = new Float64Array(count);
    direction[index] = 1;
    return { what: `${name}[${index}]`, direction };
  });
  const mixed = Array.from({ length: DIRECTION_COUNT }, (_, index) => ({
    what: `${name} in direction ${index}`,
    direction: new Float64Array(count).map(() => 2 * random.uniform() - 1),
  }));
  return [...elements, ...mixed];
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}

/**
 * The derivatives of a number along directions of each trainable value, by the graph's gradients and by differences.
 * `lossOf` gives the number from the graph's outputs; `training` must hold its gradients, and `forward` the same without any.
 */
export function compareDerivatives(
  training: TrainingGraph,
  forward: TrainingGraph,
  values: ProofValues,
  lossOf: (outputs: Readonly<Record<string, { readonly data: Float64Array }>>) => number,
): Comparison[] {
  const { gradients } = interpretTraining(training, values);
  return [...gradients].flatMap(([name, gradient]) => {
    const { shape, data } = values[name] as ProofValues[string];
    const lossAlong = (direction: Float64Array, step: number) => {
      const moved = { shape, data: data.map((value, index) => value + step * (direction[index] as number)) };
      return lossOf(interpretTraining(forward, { ...values, [name]: moved }).outputs);
    };
    return directionsOf(name, data.length).map(({ what, direction }) => ({
      what,
      analytic: dot(gradient.data, direction),
      numeric: (lossAlong(direction, STEP) - lossAlong(direction, -STEP)) / (2 * STEP),
    }));
  });
}

/** A sentence for each comparison whose two numbers are not close. */
export function describeComparisons(comparisons: readonly Comparison[], tolerance: Tolerance): string[] {
  return comparisons.flatMap(({ what, analytic, numeric }) =>
    describeDifference([analytic], [numeric], tolerance) === undefined
      ? []
      : [`${what}: the rule gives ${analytic}, differences ${numeric}`],
  );
}
