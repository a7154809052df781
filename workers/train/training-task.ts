/** What a run computes: the graphs of its steps and of its validations, and which parameters it changes. */
import { WorkbenchError } from '../../core/errors.ts';
import { CLASS_COUNT } from '../../core/segmentation/classes.ts';
import type { Graph } from '../../models/graph/graph.ts';
import type { TrainingGraph } from '../../models/graph/training-graph.ts';
import { differentiate } from '../../models/rewrite/differentiate.ts';
import { withGroupClassifier } from '../../models/rewrite/group-classifier.ts';
import type { TrainSettings } from '../api/train.ts';
import { inferenceGraph, type Network, networkOf, trainableNames } from './networks.ts';
import { lossOf } from './objectives/objective.ts';
import type { NetworkSizes } from './trainable-model.ts';

/** How much of a batch's statistics enters the running ones: PyTorch's default, which the published TransUNet leaves. */
const BATCH_NORM_MOMENTUM = 0.1;

export interface TrainingTask {
  /** As it is trained: with adapters. */
  readonly network: Network;
  /** The network's, with the adversary where there is one. */
  readonly graph: Graph;
  readonly training: TrainingGraph;
  /** Forward part and plain loss, without the adversary and with running statistics; reports the logits too. */
  readonly validation: TrainingGraph;
}

function requireClasses({ classCount }: Network): void {
  if (classCount === CLASS_COUNT) return;
  throw new WorkbenchError(
    'train/not-trainable',
    `The model tells ${classCount - 1} classes apart beside the background; masks of disc and cup have ${CLASS_COUNT - 1}.`,
  );
}

/** The graph of a network's loss without gradients, which reports the logits. */
function validationGraph(network: Network, settings: TrainSettings, groupCount: number): TrainingGraph {
  const { crossEntropyWeight, diceWeight } = settings;
  const { logits } = network;
  const graph = inferenceGraph(network);
  const loss = lossOf({ kind: 'plain' }, { logits, crossEntropyWeight, diceWeight, groupCount });
  const validation = differentiate(graph, {
    loss,
    trainable: new Set(),
    batchNormMomentum: BATCH_NORM_MOMENTUM,
  });
  const reported = graph.outputs.filter(({ name }) => name === logits);
  return { ...validation, outputs: [...validation.outputs, ...reported] };
}

/**
 * The graphs of a run on a network of these sizes. Without groups the losses are reported as those of one.
 * Errors: `train/not-trainable` for a model of other classes.
 */
export function createTrainingTask(
  sizes: NetworkSizes,
  settings: TrainSettings,
  groupCount: number,
): TrainingTask {
  const network = networkOf(sizes, settings);
  requireClasses(network);
  const { logits, embedding } = network;
  const { objective, crossEntropyWeight, diceWeight } = settings;
  const groups = Math.max(groupCount, 1);
  const graph =
    objective.kind === 'adversarial'
      ? withGroupClassifier(network.graph, {
          from: embedding,
          groupCount: groups,
          reversalScale: objective.reversalScale,
        })
      : network.graph;
  return {
    network,
    graph,
    training: differentiate(graph, {
      loss: lossOf(objective, { logits, crossEntropyWeight, diceWeight, groupCount: groups }),
      trainable: trainableNames(graph, network.sizes, settings.trainable),
      batchNormMomentum: BATCH_NORM_MOMENTUM,
    }),
    validation: validationGraph(network, settings, groups),
  };
}
