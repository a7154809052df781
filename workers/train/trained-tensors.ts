/** The tensors of a trained network by the published names: what the run made, over what it started from as the run read it. */
import { decodeHalf } from '../../core/formats/npy.ts';
import type { NamedTensors } from '../../core/formats/tensor-source.ts';
import { isAdapterName } from '../../models/checkpoints/sam-names.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { toFloat16 } from '../../models/onnx/float16.ts';
import { DENSE_POSITIONS } from '../../models/zoo/samed-positions.ts';
import type { TrainSettings } from '../api/train.ts';
import type { NamedArrays } from './engine.ts';
import { initialValues } from './initial-values.ts';
import type { Network } from './networks.ts';
import { halvesOf } from './run-plans.ts';
import type { TrainableModel } from './trainable-model.ts';
import { createTrainingTask } from './training-task.ts';

export interface TrainedNetwork extends Pick<Network, 'sizes' | 'graph' | 'logits'> {
  /** Of every tensor, with those that the graph does not read, such as the embeddings of prompts. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Names that the model did not have, or had otherwise: trained, drawn at the start, or rounded. */
  readonly changed: ReadonlySet<string>;
  /** Names of those that the run did not train but read as f16, none in most runs: `read` gives them so rounded. */
  readonly halves: ReadonlySet<string>;
  read(name: string): Promise<Tensor>;
}

/** A model with what a run of these settings made of it. Errors of reading: the model's. Cost: up to a second for a ViT-B. */
export function trainedNetwork(
  model: TrainableModel,
  settings: TrainSettings,
  trained: NamedArrays,
): TrainedNetwork {
  // Which parameters are frozen does not depend on the groups.
  const { network, training } = createTrainingTask(model.sizes, settings, 1);
  const { sizes, graph, logits } = network;
  const halves = halvesOf(training, settings);
  const shapes = new Map([
    ...model.shapes,
    ...graph.parameters.map(({ name, shape }) => [name, shape.map(Number)] as const),
  ]);
  const start = initialValues(model, graph, 1, settings.seed);
  return {
    sizes,
    graph,
    logits,
    shapes,
    changed: new Set(
      [...shapes.keys()].filter((name) => trained.has(name) || halves.has(name) || !model.shapes.has(name)),
    ),
    halves,
    async read(name) {
      const values = trained.get(name) ?? (await start(name));
      return {
        shape: shapes.get(name) ?? [],
        data: halves.has(name) ? decodeHalf(toFloat16(values)) : values,
      };
    },
  };
}

/** The tensors of these names, in memory. */
export async function readTensors(
  network: TrainedNetwork,
  names: Iterable<string>,
): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  for (const name of names) tensors.set(name, await network.read(name));
  return tensors;
}

/**
 * Whether the published code saves a tensor: adapters, prompt encoder and mask decoder; the decoder's transformer not where it
 * has adapters, which are saved in its place.
 * Source: `save_lora_parameters` of github.com/hitachinsk/SAMed, in both variants.
 */
function isPublished(name: string, sizes: TrainedNetwork['sizes']): boolean {
  if (sizes.kind === 'transunet') return true;
  const { adaptsDecoder } = sizes.configuration;
  if (isAdapterName(name) || name.startsWith('prompt_encoder.')) return true;
  return name.startsWith('mask_decoder.') && !(adaptsDecoder && name.includes('transformer'));
}

/**
 * What the published code saves, with its names and in its order: of a TransUNet everything, of a training of every weight the
 * encoder too.
 */
export async function publishedTensors(
  network: TrainedNetwork,
  trainable: TrainSettings['trainable'],
): Promise<NamedTensors> {
  const names = [...network.shapes.keys()];
  const adapters = names.filter(isAdapterName).toSorted();
  const others = names.filter(
    (name) =>
      !isAdapterName(name) &&
      name !== DENSE_POSITIONS &&
      (trainable === 'all' || isPublished(name, network.sizes)),
  );
  const prompt = others.filter((name) => name.startsWith('prompt_encoder.'));
  const rest = others.filter((name) => !name.startsWith('prompt_encoder.'));
  return readTensors(network, [...adapters, ...prompt, ...rest]);
}
