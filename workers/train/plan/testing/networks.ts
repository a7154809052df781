/** Small networks of every family, as training graphs, for the tests of plans. */
import type { GroupMethod } from '../../../../models/graph/gradient-ops/losses.ts';
import type { Graph } from '../../../../models/graph/graph.ts';
import type { TrainingGraph } from '../../../../models/graph/training-graph.ts';
import { differentiate } from '../../../../models/rewrite/differentiate.ts';
import { expandBatchNorms } from '../../../../models/rewrite/expand-batch-norms.ts';
import { withGroupClassifier } from '../../../../models/rewrite/group-classifier.ts';
import { encoderAdapters } from '../../../../models/zoo/samed-adapters.ts';
import type { SamedConfiguration } from '../../../../models/zoo/samed-configuration.ts';
import { createSamed } from '../../../../models/zoo/samed.ts';
import { createTransUnet } from '../../../../models/zoo/transunet.ts';
import type { KernelTraits } from '../../../gpu/kernels/kernel.ts';
import type { Optimizer, PlanLimits } from '../plan.ts';

export const ADAMW: Optimizer = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
export const SGD: Optimizer = { kind: 'sgd', momentum: 0.9 };

/** A GPU with the limits that WebGPU grants everywhere. */
export const GPU_TRAITS: KernelTraits = {
  isSoftware: false,
  hasSubgroups: false,
  maxWorkgroupStorage: 16_384,
  maxInvocations: 256,
  maxWorkgroupsPerDimension: 65_535,
};

export const NO_LIMITS: PlanLimits = { totalBytes: 1e15, bindingBytes: 1e15, bufferBytes: 1e15 };

export const SMALL_SAMED: SamedConfiguration = {
  side: 64,
  patchSize: 16,
  dim: 16,
  depth: 3,
  heads: 2,
  mlpDim: 64,
  windowSize: 3,
  globalBlocks: [1],
  embeddingDim: 16,
  maskTokens: 3,
  rank: 2,
  adaptsDecoder: false,
  decoder: { depth: 2, heads: 2, mlpDim: 32, crossDim: 8, overlapDim: 16, overlapDepth: 2 },
};

/** What the published recipe trains. */
export function samedTrainables(graph: Graph, configuration: SamedConfiguration): Set<string> {
  const adapters = encoderAdapters(configuration).flatMap(({ a, b }) => [a, b]);
  const decoder = graph.parameters.map(({ name }) => name).filter((name) => name.startsWith('mask_decoder'));
  return new Set([...adapters, ...decoder]);
}

export interface NetworkChoices {
  readonly method?: GroupMethod;
  /** Nothing trains: for validation. */
  readonly isFrozen?: boolean;
}

function trainingOf(
  graph: Graph,
  logits: string,
  trainable: ReadonlySet<string>,
  { method = { kind: 'none' }, isFrozen = false }: NetworkChoices,
  adversary?: string,
): TrainingGraph {
  return differentiate(graph, {
    loss: {
      kind: 'segmentation',
      logits,
      crossEntropyWeight: 0.2,
      diceWeight: 0.8,
      groupCount: 3,
      method,
      ...(adversary === undefined ? {} : { adversary: { logits: adversary, weight: 0.1 } }),
    },
    trainable: isFrozen ? new Set() : trainable,
    batchNormMomentum: 0.1,
  });
}

/** SAMed by the published recipe. */
export function samedTraining(
  configuration: SamedConfiguration = SMALL_SAMED,
  choices: NetworkChoices = {},
): TrainingGraph {
  const graph = createSamed(configuration);
  return trainingOf(graph, 'low_res_logits', samedTrainables(graph, configuration), choices);
}

/** SAMed with every weight trainable. */
export function wholeSamedTraining(configuration: SamedConfiguration = SMALL_SAMED): TrainingGraph {
  const graph = createSamed(configuration);
  return trainingOf(graph, 'low_res_logits', new Set(graph.parameters.map(({ name }) => name)), {});
}

/** SAMed with a classifier of groups on its logits. */
export function adversarialTraining(): TrainingGraph {
  const graph = withGroupClassifier(createSamed(SMALL_SAMED), {
    from: 'low_res_logits',
    groupCount: 3,
    reversalScale: 0.5,
  });
  return trainingOf(graph, 'low_res_logits', samedTrainables(graph, SMALL_SAMED), {}, 'group_logits');
}

/** A TransUNet: batch norms, skip connections. */
function smallTransUnet(isHybrid: boolean): Graph {
  return createTransUnet(
    {
      side: 32,
      isHybrid,
      resnetUnits: isHybrid ? [1, 1, 1] : [],
      resnetWidth: isHybrid ? 32 : 0,
      dim: 16,
      depth: 2,
      mlpDim: 32,
      decoderChannels: [16, 8, 8, 8],
      skipChannels: isHybrid ? [256, 128, 32, 0] : [0, 0, 0, 0],
      classes: 3,
    },
    2,
  );
}

/** A TransUNet with every weight trainable; a small one where none is given. */
export function transUnetTraining(isHybrid: boolean, graph: Graph = smallTransUnet(isHybrid)): TrainingGraph {
  const trainable = graph.parameters.map(({ name }) => name).filter((name) => !/running|mean|var/.test(name));
  return trainingOf(graph, 'logits', new Set(trainable), {});
}

/** A TransUNet with its running statistics, which nothing changes. */
export function transUnetValidation(isHybrid: boolean): TrainingGraph {
  const graph = expandBatchNorms(smallTransUnet(isHybrid));
  return trainingOf(graph, 'logits', new Set(), {});
}
