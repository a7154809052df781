/**
 * What forward operations can give beside their value, because their gradients read it and it is cheaper kept than made again.
 * A node gives them only where a gradient asked.
 */
import type { ForwardKind } from '../gradient-ops.ts';
import type { Operations } from '../ops.ts';
import type { Shape } from '../shape.ts';

export type StatisticKind = 'layerNorm' | 'groupNorm' | 'weightStandardize' | 'attention' | 'gridAttention';

type StatisticRule<K extends ForwardKind> = (
  inputs: readonly Shape[],
  attributes: Operations[K],
) => Readonly<Record<string, Shape>>;

/** The mean and 1 / sqrt(variance + epsilon), of the same shape. */
function moments(shape: Shape): Readonly<Record<string, Shape>> {
  return { mean: shape, rstd: shape };
}

/**
 * Names and shapes of the statistics. mean and rstd are over what the operation normalises; logSumExp is the logarithm of the
 * sum over the keys of exp(score), for each image, head and query.
 */
const statisticShapes: { readonly [K in StatisticKind]: StatisticRule<K> } = {
  layerNorm: ([x], { axis }) => moments((x as Shape).filter((_, at) => at !== axis)),
  groupNorm: ([x], { groups }) => moments([(x as Shape)[0] as 'N', groups]),
  weightStandardize: ([weight]) => moments([(weight as Shape)[0] as number]),
  attention: ([q], { heads }) => ({ logSumExp: [(q as Shape)[0], heads, (q as Shape)[1]] as Shape }),
  gridAttention([qkv], { heads }) {
    const [n, h, w] = qkv as Shape;
    return { logSumExp: [n, heads, h, w] as Shape };
  },
};

export function hasStatistics(kind: string): kind is StatisticKind {
  return Object.hasOwn(statisticShapes, kind);
}

/** Names and shapes of the statistics of an operation, whose inputs were checked before; none for most kinds. */
export function statisticsOf<K extends ForwardKind>(
  kind: K,
  inputs: readonly Shape[],
  attributes: Operations[K],
): Readonly<Record<string, Shape>> {
  if (!hasStatistics(kind)) return {};
  // The rule of `kind` takes the attributes of `kind`, which the compiler does not follow through the guard.
  return (statisticShapes[kind] as unknown as StatisticRule<K>)(inputs, attributes);
}
