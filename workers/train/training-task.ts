/** What a run computes: the graphs of its steps and of its validations, and which parameters it changes. */
import { WorkbenchError } from '../../core/errors.ts';
import { CLASS_COUNT } from '../../core/segmentation/classes.ts';
import type { Graph } from '../../models/graph/graph.ts';
import type { TrainingGraph } from '../../models/graph/training-graph.ts';
import { differentiate } from '../../models/rewrite/differentiate.ts';
import { GROUP_CLASSIFIER, withGroupClassifier } from '../../models/rewrite/group-classifier.ts';
import { decoderAdapters, encoderAdapters } from '../../models/zoo/samed-adapters.ts';
import type { SamedConfiguration } from '../../models/zoo/samed-configuration.ts';
import { DENSE_POSITIONS } from '../../models/zoo/samed-positions.ts';
import { createSamed } from '../../models/zoo/samed.ts';
import type { TrainSettings } from '../api/train.ts';
import { lossOf } from './objectives/objective.ts';

/** Output of the validation's graph: [N,M,4g,4g]. */
export const LOGITS = 'low_res_logits';
/** Logits of a patch along each side: the decoder's two doublings. */
export const LOGITS_PER_PATCH = 4;
/** PyTorch's default; SAMed has no batch norm. */
const BATCH_NORM_MOMENTUM = 0.1;

export interface TrainingTask {
  /** Of the network as it is trained: with adapters. */
  readonly configuration: SamedConfiguration;
  readonly graph: Graph;
  readonly training: TrainingGraph;
  /** Forward part and plain loss, without the adversary; reports `LOGITS` too. */
  readonly validation: TrainingGraph;
}

/** The network's sizes with the adapters that a run adds to a model without any. */
export function adaptedConfiguration(
  configuration: SamedConfiguration,
  { rank, adaptsDecoder }: Pick<TrainSettings, 'rank' | 'adaptsDecoder'>,
): SamedConfiguration {
  return configuration.rank > 0
    ? configuration
    : { ...configuration, rank, adaptsDecoder: adaptsDecoder && rank > 0 };
}

function adapterNames(configuration: SamedConfiguration): Set<string> {
  const pairs = [...encoderAdapters(configuration), ...decoderAdapters(configuration)];
  return new Set(pairs.flatMap(({ a, b }) => [a, b]));
}

/** Whether the published recipe trains a parameter: adapters and decoder, whose transformer is frozen where it has adapters. */
function isPublishedTrainable(name: string, adapters: ReadonlySet<string>, adaptsDecoder: boolean): boolean {
  if (adapters.has(name) || name.startsWith(`${GROUP_CLASSIFIER}.`)) return true;
  if (adaptsDecoder && name.startsWith('mask_decoder.transformer.')) return false;
  return name.startsWith('mask_decoder.') || name.startsWith('prompt_encoder.');
}

/** The parameters that a run asks to change; the loss does not depend on all of them. */
export function trainableNames(
  graph: Graph,
  configuration: SamedConfiguration,
  trainable: TrainSettings['trainable'],
): Set<string> {
  const adapters = adapterNames(configuration);
  const names = graph.parameters.map(({ name }) => name).filter((name) => name !== DENSE_POSITIONS);
  return new Set(
    trainable === 'all'
      ? names
      : names.filter((name) => isPublishedTrainable(name, adapters, configuration.adaptsDecoder)),
  );
}

function requireClasses({ maskTokens }: SamedConfiguration): void {
  if (maskTokens === CLASS_COUNT) return;
  throw new WorkbenchError(
    'train/not-trainable',
    `The model tells ${maskTokens - 1} classes apart beside the background; masks of disc and cup have ${CLASS_COUNT - 1}.`,
  );
}

/** The graph of a network's loss without gradients, which reports the logits. */
function validationGraph(graph: Graph, settings: TrainSettings, groupCount: number): TrainingGraph {
  const { crossEntropyWeight, diceWeight } = settings;
  const loss = lossOf({ kind: 'plain' }, { logits: LOGITS, crossEntropyWeight, diceWeight, groupCount });
  const validation = differentiate(graph, {
    loss,
    trainable: new Set(),
    batchNormMomentum: BATCH_NORM_MOMENTUM,
  });
  const logits = graph.outputs.filter(({ name }) => name === LOGITS);
  return { ...validation, outputs: [...validation.outputs, ...logits] };
}

/**
 * The graphs of a run on a SAMed of these sizes. Without groups the losses are reported as those of one.
 * Errors: `train/not-trainable` for a model of other classes.
 */
export function createTrainingTask(
  model: SamedConfiguration,
  settings: TrainSettings,
  groupCount: number,
): TrainingTask {
  requireClasses(model);
  const configuration = adaptedConfiguration(model, settings);
  const samed = createSamed(configuration);
  const { objective, crossEntropyWeight, diceWeight } = settings;
  const groups = Math.max(groupCount, 1);
  const graph =
    objective.kind === 'adversarial'
      ? withGroupClassifier(samed, {
          from: 'image_embeddings',
          groupCount: groups,
          reversalScale: objective.reversalScale,
        })
      : samed;
  const loss = lossOf(objective, { logits: LOGITS, crossEntropyWeight, diceWeight, groupCount: groups });
  return {
    configuration,
    graph,
    training: differentiate(graph, {
      loss,
      trainable: trainableNames(graph, configuration, settings.trainable),
      batchNormMomentum: BATCH_NORM_MOMENTUM,
    }),
    validation: validationGraph(samed, settings, groups),
  };
}
