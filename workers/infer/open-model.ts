/** From a model's source to its networks, with what is known of them before they have run. */
import { openBlob } from '../../core/formats/byte-source.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import { createSha256, hashText } from '../../core/sha256.ts';
import type { ConvertedModel } from '../../models/convert/conversion.ts';
import type { Model } from '../../models/graph/graph.ts';
import { inspectOnnx } from '../../models/onnx/inspect.ts';
import { matchInterface } from '../../models/onnx/interface.ts';
import type { NetworkMapping } from '../../models/onnx/mapping.ts';
import { lowerToOnnx } from '../../models/onnx/lower.ts';
import { EMBEDDED_MODELS, type EmbeddedModel, type EmbeddedModelName } from '../../models/zoo/registry.ts';
import type { ModelId, ModelReport, ModelRole, ModelSource } from '../api/compute.ts';
import { readParams } from './encoders.ts';
import { readGraph } from './examine.ts';
import { openTransUnetTensors, transUnetStage } from './keep-transunet.ts';
import type { ModelCaches, SamManifest, TransUnetManifest } from './model-manifest.ts';
import type { NamedTensors, SessionStage } from './runtime.ts';
import { samStages } from './sam-model.ts';
import { openSam, type SamModel } from './sam-source.ts';

/** What is known of a model before it has run. */
export interface OpenedModel {
  readonly id: ModelId;
  readonly role: ModelRole;
  readonly stages: readonly SessionStage[];
  readonly facts: Pick<
    ModelReport,
    | 'name'
    | 'source'
    | 'sizeBytes'
    | 'assumptions'
    | 'sources'
    | 'precision'
    | 'isKept'
    | 'trainedIn'
    | 'crop'
  >;
  /** Of a network of another maker: what was found, or said by a person. */
  readonly mapping?: NetworkMapping;
  /** Undefined for what the files say of themselves. */
  readonly description: string | undefined;
}

/** Names, the first few of them spelt out. */
function listNames(names: readonly string[]): string {
  const shown = 4;
  const rest = names.length - shown;
  return names.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more tensors` : '');
}

const leftOut = (unused: readonly string[]) =>
  unused.length === 0 ? [] : [`Not used of the files: ${listNames(unused)}.`];

const NORMALISED =
  'Pixels in [0, 1] are normalised inside the model by the mean and deviation that SAM was trained with; the grey image is repeated in all three channels.';

const EMBEDDED = {
  source: 'embedded',
  assumptions: [],
  sources: [],
  precision: 'f32',
  isKept: false,
} as const;

const embeddedFacts = ({ title, role, recommended: { crop } }: EmbeddedModel, sizeBytes: number) => ({
  ...EMBEDDED,
  name: title,
  sizeBytes,
  ...(role === 'segmenter' ? { crop } : {}),
});

/** A network made by code. */
function openCode(name: EmbeddedModelName, create: () => Model): OpenedModel {
  const { description, role } = EMBEDDED_MODELS[name];
  const graph = lowerToOnnx(create());
  const sha = createSha256();
  sha.update(graph);
  const facts = embeddedFacts(EMBEDDED_MODELS[name], graph.length);
  return { id: sha.digest(), role, stages: [{ graph, constants: {} }], description, facts };
}

async function openEmbeddedSam(name: EmbeddedModelName, sam: SamModel): Promise<OpenedModel> {
  const { description, role } = EMBEDDED_MODELS[name];
  const { encoder } = sam;
  const facts = embeddedFacts(EMBEDDED_MODELS[name], encoder.sizeBytes);
  return { id: hashText(`${name} ${encoder.key}`), role, stages: await samStages(sam), description, facts };
}

function describeKept({ sources, trainedIn }: SamManifest | TransUnetManifest): string {
  if (trainedIn === undefined) return `Made of ${sources.map(({ words }) => words).join(' and ')}.`;
  const { baseName, which } = trainedIn;
  return `Trained here from ${baseName}; its ${which} weights.`;
}

/** What a training adds to the facts of a segmenter or its encoder. */
function trainedFacts({ role, trainedIn }: SamManifest | TransUnetManifest) {
  if (trainedIn === undefined) return {};
  const trained = { source: 'trained', trainedIn } as const;
  return role === 'segmenter' ? { ...trained, crop: trainedIn.crop } : trained;
}

/** The adapters of an encoder, as its graph takes them. */
async function readAdapter(file: Blob): Promise<NamedTensors> {
  return Object.fromEntries(await readParams(await openTensorSource(openBlob(file), 'adapter')));
}

/** The graphs of a conversion in their order; adapters are inputs of the first. */
async function convertedStages(
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

async function openMade(caches: ModelCaches, id: ModelId): Promise<OpenedModel> {
  const { manifest, sizeBytes } = await caches.models.require(id);
  const open = (name: string) => caches.models.open(id, name);
  const { name, role, sources } = manifest;
  const facts = { name, source: 'dropped', sizeBytes, sources, isKept: caches.models.persistent } as const;
  if (manifest.kind === 'sam') {
    const sam = (await openSam(caches, { kind: 'made', id })) as SamModel;
    const { unused, normalises } = manifest;
    return {
      id,
      role,
      stages: await samStages(sam),
      description: describeKept(manifest),
      facts: {
        ...facts,
        sizeBytes: sizeBytes + sam.encoder.sizeBytes,
        precision: sam.encoder.precision,
        assumptions: [...(normalises ? [NORMALISED] : []), ...leftOut(unused)],
        ...trainedFacts(manifest),
      },
    };
  }
  if (manifest.kind === 'transunet') {
    return {
      id,
      role,
      stages: [await transUnetStage(manifest, await openTransUnetTensors(caches, id))],
      description: describeKept(manifest),
      facts: {
        ...facts,
        precision: 'f32',
        assumptions: leftOut(manifest.unused),
        ...trainedFacts(manifest),
      },
    };
  }
  if (manifest.kind === 'converted') {
    const { converted, unused } = manifest;
    return {
      id,
      role,
      stages: await convertedStages(converted, open),
      description: `Made of ${sources.map((source) => source.words).join(' and ')}.`,
      facts: { ...facts, precision: converted.precision, assumptions: leftOut(unused) },
    };
  }
  const weights = await Promise.all(
    manifest.dataFiles.map(async (dataFile) => ({ name: dataFile, file: await open(dataFile) })),
  );
  const graph = await readGraph(await open(manifest.file));
  const { mapping } = manifest;
  const { assumptions } = matchInterface(inspectOnnx(graph), role, manifest.dataFiles, mapping);
  return {
    id,
    role,
    stages: [{ graph, weights, constants: {} }],
    mapping,
    description: undefined,
    facts: { ...facts, precision: null, assumptions },
  };
}

/**
 * The networks of a model.
 * Errors: `model/not-loaded` when files are gone or cannot be fetched; `onnx/damaged`, `onnx/unsupported-interface`.
 */
export async function openModel(caches: ModelCaches, source: ModelSource): Promise<OpenedModel> {
  if (source.kind === 'made') return openMade(caches, source.id);
  const { origin } = EMBEDDED_MODELS[source.name];
  if (origin.kind === 'code') return openCode(source.name, origin.create);
  return openEmbeddedSam(source.name, (await openSam(caches, source)) as SamModel);
}
