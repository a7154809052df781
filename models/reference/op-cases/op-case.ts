/** A small model that exercises one operation at odd sizes, and its seeded inputs. */
import { createRandom, hashName } from '../../../core/random.ts';
import { createGraphBuilder, type GraphBuilder } from '../../graph/builder.ts';
import type { Model, Tensor, Value } from '../../graph/graph.ts';
import { bindBatch, elementCount, type Shape } from '../../graph/shape.ts';

export interface OpCase {
  readonly name: string;
  readonly model: Model;
}

/** Smallest value of the cases' inputs: positive, so that log, sqrt and division are well-conditioned. */
const INPUT_MIN = 0.25;

/** A seeded tensor of values from 0.25 to 1.25. */
export function randomTensor(shape: Shape, batchSize: number, stream: string): Tensor {
  const sizes = bindBatch(shape, batchSize);
  const random = createRandom(hashName(stream), 'op-cases');
  return {
    shape: sizes,
    data: Float32Array.from({ length: elementCount(sizes) }, () => INPUT_MIN + random.uniform()),
  };
}

/** Seeded inputs for a model, by name. */
export function randomInputs(model: Model, batchSize: number): Record<string, Tensor> {
  return Object.fromEntries(
    model.graph.inputs.map(({ name, shape }) => [
      name,
      randomTensor(shape, batchSize, `${model.graph.name}/${name}`),
    ]),
  );
}

export function buildCase(name: string, body: (graph: GraphBuilder) => Value): OpCase {
  const builder = createGraphBuilder(name);
  const graph = builder.build({ out: body(builder) });
  const params = new Map(
    graph.parameters.map((value) => {
      const { shape, data } = randomTensor(value.shape, 1, `${name}/${value.name}`);
      return [value.name, { shape, data: data.map((x) => x - 0.75) }];
    }),
  );
  return { name, model: { graph, params } };
}

/** A map of three channels, 7 by 11. */
export const mapInput = (graph: GraphBuilder) => graph.input('x', ['N', 3, 7, 11]);
