/**
 * From a model's source to a model that may be used: inspected, matched to its role and self-tested. Whether it is one
 * network or several in a row is known here and to the session only.
 */
import { inspectOnnx, type OnnxSummary } from '../../models/onnx/inspect.ts';
import { matchInterface } from '../../models/onnx/interface.ts';
import type { ModelReport, ModelSource, RunOn } from '../api/compute.ts';
import type { Network } from './model.ts';
import type { ModelCaches } from './model-manifest.ts';
import { openModel } from './open-model.ts';
import type { Runtime, Session, SessionStage } from './runtime.ts';
import { createTestedSession } from './self-test.ts';

/** A run should not take longer than this, so that progress and cancelling stay prompt. */
const RUN_MS = 1000;

export interface LoadedModel {
  readonly report: ModelReport;
  readonly network: Network;
  readonly session: Session;
  /** Images that a run takes about a second for; at least one. */
  readonly promptBatch: number;
}

/** The stages seen from outside as one network: the first one's image in, the last one's output out. */
function summaryOf(stages: readonly SessionStage[]): OnnxSummary {
  const summaries = stages.map(({ graph }) => inspectOnnx(graph));
  const first = summaries[0] as OnnxSummary;
  const last = summaries.at(-1) as OnnxSummary;
  const constants = stages[0]?.constants ?? {};
  return {
    ...first,
    inputs: first.inputs.filter(({ name }) => !(name in constants)),
    outputs: last.outputs,
    nodeCount: summaries.reduce((sum, { nodeCount }) => sum + nodeCount, 0),
    parameterCount: summaries.reduce((sum, { parameterCount }) => sum + parameterCount, 0),
    dataFiles: [],
  };
}

function describe({ producer, opset, nodeCount }: OnnxSummary): string {
  return `ONNX file${producer === '' ? '' : ` by ${producer}`}, operator set ${opset}, ${nodeCount} nodes.`;
}

/**
 * Loads a model.
 * Errors: `model/not-loaded` (not in the cache), `onnx/damaged`, `onnx/unsupported-interface`, `model/self-test-failed`,
 * `runtime/run-failed`, `gpu/device-lost`.
 */
export async function loadModel(
  runtime: Runtime,
  caches: ModelCaches,
  source: ModelSource,
  runOn: RunOn = 'automatic',
): Promise<LoadedModel> {
  const { id, role, stages, description, facts, mapping: wanted } = await openModel(caches, source);
  const summary = summaryOf(stages);
  const { input, outputName, mapping } = matchInterface(summary, role, [], wanted);
  const network: Network = { role, input, outputName, mapping };
  const { session, provider, output, selfTest } = await createTestedSession(runtime, stages, network, runOn);
  const isPooled = role === 'extractor' && output.height * output.width > 1;
  const report: ModelReport = {
    ...facts,
    id,
    role,
    description: description ?? describe(summary),
    parameterCount: summary.parameterCount,
    input,
    outputName,
    ...(wanted === undefined ? {} : { mapping: wanted }),
    outputChannels: output.channels,
    provider,
    selfTest,
    assumptions: [
      ...facts.assumptions,
      ...(isPooled
        ? [`The ${output.height}x${output.width} cells of the output are averaged to one vector.`]
        : []),
    ],
  };
  const promptBatch = Math.max(1, Math.floor(RUN_MS / output.elapsedMs));
  return { report, network, session, promptBatch };
}
