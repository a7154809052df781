/**
 * From a model's source to a model that may be used: inspected, matched to its role and self-tested. Whether it is one
 * network or several in a row is known here and to the session only.
 */
import { openBlob } from '../../core/formats/byte-source.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import { createSha256 } from '../../core/sha256.ts';
import type { ConvertedModel } from '../../models/convert/conversion.ts';
import { lowerToOnnx } from '../../models/onnx/lower.ts';
import { inspectOnnx, type OnnxSummary } from '../../models/onnx/inspect.ts';
import { matchInterface } from '../../models/onnx/interface.ts';
import { EMBEDDED_MODELS } from '../../models/zoo/registry.ts';
import type { ModelId, ModelReport, ModelRole, ModelSource } from '../api/compute.ts';
import { readGraph } from './examine.ts';
import type { Network } from './model.ts';
import type { ModelCache } from './model-cache.ts';
import type { ModelManifest } from './model-manifest.ts';
import type { NamedTensors, Runtime, Session, SessionStage } from './runtime.ts';
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

/** What is known of a model before it has run. */
interface OpenedModel {
  readonly id: ModelId;
  readonly role: ModelRole;
  readonly stages: readonly SessionStage[];
  readonly facts: Pick<
    ModelReport,
    'name' | 'source' | 'sizeBytes' | 'assumptions' | 'sources' | 'precision' | 'isKept'
  >;
  /** Undefined for what the files say of themselves. */
  readonly description: string | undefined;
}

function openEmbedded(name: keyof typeof EMBEDDED_MODELS): OpenedModel {
  const { title, description, role, create } = EMBEDDED_MODELS[name];
  const graph = lowerToOnnx(create());
  const sha = createSha256();
  sha.update(graph);
  return {
    id: sha.digest(),
    role,
    stages: [{ graph, constants: {} }],
    description,
    facts: {
      name: title,
      source: 'embedded',
      sizeBytes: graph.length,
      assumptions: [],
      sources: [],
      precision: 'f32',
      isKept: false,
    },
  };
}

/** The adapters of an encoder, as its graph takes them. */
async function readAdapter(file: Blob): Promise<NamedTensors> {
  const source = await openTensorSource(openBlob(file), 'adapter');
  const tensors: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  for (const { name, shape } of source.tensors.values()) {
    tensors[name] = { shape, data: await source.read(name) };
  }
  return tensors;
}

/** The graphs of a conversion in their order; adapters are inputs of the first. */
export async function convertedStages(
  { graphs, adapter }: ConvertedModel,
  open: (name: string) => Promise<Blob>,
): Promise<SessionStage[]> {
  const stages: SessionStage[] = [];
  for (const [index, { file, dataFile }] of graphs.entries()) {
    stages.push({
      graph: await readGraph(await open(file)),
      weights: dataFile === null ? [] : [{ name: dataFile, file: await open(dataFile) }],
      constants: index === 0 && adapter !== null ? await readAdapter(await open(adapter.file)) : {},
    });
  }
  return stages;
}

async function openMade(cache: ModelCache<ModelManifest>, id: ModelId): Promise<OpenedModel> {
  const { manifest, sizeBytes } = await cache.require(id);
  const open = (name: string) => cache.open(id, name);
  const { name, role, sources } = manifest;
  const facts = { name, source: 'dropped', sizeBytes, sources, isKept: cache.persistent } as const;
  if (manifest.kind === 'converted') {
    const { converted, unused } = manifest;
    return {
      id,
      role,
      stages: await convertedStages(converted, open),
      description: `Made of ${sources.map((source) => source.words).join(' and ')}.`,
      facts: {
        ...facts,
        precision: converted.precision,
        assumptions: unused.length === 0 ? [] : [`Not used of the files: ${listNames(unused)}.`],
      },
    };
  }
  const weights = await Promise.all(
    manifest.dataFiles.map(async (dataFile) => ({ name: dataFile, file: await open(dataFile) })),
  );
  const graph = await readGraph(await open(manifest.file));
  const { assumptions } = matchInterface(inspectOnnx(graph), role, manifest.dataFiles);
  return {
    id,
    role,
    stages: [{ graph, weights, constants: {} }],
    description: undefined,
    facts: { ...facts, precision: null, assumptions },
  };
}

/** Names, the first few of them spelt out. */
function listNames(names: readonly string[]): string {
  const shown = 4;
  const rest = names.length - shown;
  return names.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more tensors` : '');
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
  cache: ModelCache<ModelManifest>,
  source: ModelSource,
): Promise<LoadedModel> {
  const { id, role, stages, description, facts } =
    source.kind === 'embedded' ? openEmbedded(source.name) : await openMade(cache, source.id);
  const summary = summaryOf(stages);
  const { input, outputName } = matchInterface(summary, role);
  const network: Network = { role, input, outputName };
  const { session, provider, output, selfTest } = await createTestedSession(
    runtime,
    stages,
    network,
    facts.precision,
  );
  const isPooled = role === 'extractor' && output.height * output.width > 1;
  const report: ModelReport = {
    ...facts,
    id,
    role,
    description: description ?? describe(summary),
    parameterCount: summary.parameterCount,
    input,
    outputName,
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
