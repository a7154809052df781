/** The networks that can be trained as the loop sees them: graphs, sides, and which of their parameters a run changes. */
import type { Graph } from '../../models/graph/graph.ts';
import { expandBatchNorms } from '../../models/rewrite/expand-batch-norms.ts';
import { GROUP_CLASSIFIER } from '../../models/rewrite/group-classifier.ts';
import { decoderAdapters, encoderAdapters } from '../../models/zoo/samed-adapters.ts';
import { gridOf, type SamedConfiguration } from '../../models/zoo/samed-configuration.ts';
import { DENSE_POSITIONS } from '../../models/zoo/samed-positions.ts';
import { createSamed } from '../../models/zoo/samed.ts';
import { createTransUnet } from '../../models/zoo/transunet.ts';
import type { TrainSettings } from '../api/train.ts';
import type { NetworkSizes } from './trainable-model.ts';

/** Logits of a patch along each side: the SAM decoder's two doublings. */
const LOGITS_PER_PATCH = 4;
/** Running statistics follow the batches of a training; they have no gradient. */
const RUNNING_STATISTIC = /\.running_(mean|var)$/;

export interface Network {
  readonly sizes: NetworkSizes;
  readonly graph: Graph;
  /** Outputs of the graph: the logits [N,M,logitSide,logitSide], and the map [N,C,h,w] whose mean an adversary reads. */
  readonly logits: string;
  readonly embedding: string;
  readonly side: number;
  readonly logitSide: number;
  /** Classes that the logits tell apart, with the background. */
  readonly classCount: number;
}

/** A SAMed's sizes with the adapters that a run adds to a model without any. */
function adapted(
  configuration: SamedConfiguration,
  { rank, adaptsDecoder }: Pick<TrainSettings, 'rank' | 'adaptsDecoder'>,
): SamedConfiguration {
  return configuration.rank > 0
    ? configuration
    : { ...configuration, rank, adaptsDecoder: adaptsDecoder && rank > 0 };
}

function samedNetwork(configuration: SamedConfiguration): Network {
  return {
    sizes: { kind: 'samed', configuration },
    graph: createSamed(configuration),
    logits: 'low_res_logits',
    embedding: 'image_embeddings',
    side: configuration.side,
    logitSide: LOGITS_PER_PATCH * gridOf(configuration),
    classCount: configuration.maskTokens,
  };
}

function transUnetNetwork(sizes: Extract<NetworkSizes, { kind: 'transunet' }>): Network {
  const { side, classes } = sizes.configuration;
  const graph = createTransUnet(sizes.configuration, sizes.heads);
  const embedding = 'image_embeddings';
  return {
    sizes,
    // The transformer's tokens in rows of the grid, which the decoder starts from.
    graph: { ...graph, outputs: [...graph.outputs, { name: embedding, value: 'decoder.map' }] },
    logits: 'logits',
    embedding,
    side,
    logitSide: side,
    classCount: classes,
  };
}

/** The network that a run of these settings trains: a SAM or SAMed with adapters, a TransUNet as it is. */
export function networkOf(
  sizes: NetworkSizes,
  settings: Pick<TrainSettings, 'rank' | 'adaptsDecoder'>,
): Network {
  return sizes.kind === 'samed'
    ? samedNetwork(adapted(sizes.configuration, settings))
    : transUnetNetwork(sizes);
}

/** The graph with the running statistics of its batch norms, not those of a batch. */
export function inferenceGraph({ graph }: Network): Graph {
  return expandBatchNorms(graph);
}

/** Whether the published recipe trains a parameter: adapters and decoder, whose transformer is frozen where it has adapters. */
function isPublishedTrainable(name: string, adapters: ReadonlySet<string>, adaptsDecoder: boolean): boolean {
  if (adapters.has(name) || name.startsWith(`${GROUP_CLASSIFIER}.`)) return true;
  if (adaptsDecoder && name.startsWith('mask_decoder.transformer.')) return false;
  return name.startsWith('mask_decoder.') || name.startsWith('prompt_encoder.');
}

/** The parameters that a run asks to change; the loss does not depend on all of them. `graph` is the network's, or more. */
export function trainableNames(
  graph: Graph,
  sizes: NetworkSizes,
  trainable: TrainSettings['trainable'],
): Set<string> {
  const names = graph.parameters
    .map(({ name }) => name)
    .filter((name) => name !== DENSE_POSITIONS && !RUNNING_STATISTIC.test(name));
  if (sizes.kind === 'transunet' || trainable === 'all') return new Set(names);
  const { configuration } = sizes;
  const pairs = [...encoderAdapters(configuration), ...decoderAdapters(configuration)];
  const adapters = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  return new Set(names.filter((name) => isPublishedTrainable(name, adapters, configuration.adaptsDecoder)));
}
