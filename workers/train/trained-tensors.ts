/** The tensors of a trained network by the published names: what the run made, over what it started from. */
import type { NamedTensors } from '../../core/formats/tensor-source.ts';
import { isAdapterName } from '../../models/checkpoints/sam-names.ts';
import type { Tensor } from '../../models/graph/graph.ts';
import { DENSE_POSITIONS } from '../../models/zoo/samed-positions.ts';
import type { TrainSettings } from '../api/train.ts';
import type { NamedArrays } from './engine.ts';
import { initialValues } from './initial-values.ts';
import { type Network, networkOf } from './networks.ts';
import type { TrainableModel } from './trainable-model.ts';

export interface TrainedNetwork extends Pick<Network, 'sizes' | 'graph' | 'logits'> {
  /** Of every tensor, with those that the graph does not read, such as the embeddings of prompts. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Names that the model did not have: trained, or drawn at the start. */
  readonly changed: ReadonlySet<string>;
  read(name: string): Promise<Tensor>;
}

/** A model with what a run of these settings made of it. Errors of reading: the model's. */
export function trainedNetwork(
  model: TrainableModel,
  settings: TrainSettings,
  trained: NamedArrays,
): TrainedNetwork {
  const { sizes, graph, logits } = networkOf(model.sizes, settings);
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
    changed: new Set([...shapes.keys()].filter((name) => trained.has(name) || !model.shapes.has(name))),
    async read(name) {
      return { shape: shapes.get(name) ?? [], data: trained.get(name) ?? (await start(name)) };
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
