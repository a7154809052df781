/** What the plans of all families share: graphs laid out, tensors bound, and heads that shapes do not tell. */
import { WorkbenchError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import type { Graph } from '../graph/graph.ts';
import { bindTensors, type StreamedModel } from '../graph/params.ts';
import { dataFileName, layOutOnnx } from '../onnx/write.ts';
import { foldStreamedNorms } from '../rewrite/fold-norms.ts';
import type { CheckpointFile, ConversionPlan, ConversionSettings, PlannedGraph } from './conversion.ts';

/** A graph with the weights of a checkpoint, ready for inference. Errors: `checkpoint/missing-tensor`, `checkpoint/shape-mismatch`. */
export function bindForInference(graph: Graph, source: TensorSource): StreamedModel {
  return foldStreamedNorms({ graph, weights: bindTensors(graph, source) });
}

/** A graph of a plan before it is laid out. */
export type PlannedPart = Omit<PlannedGraph, 'dataFile'>;

/** The graphs of a plan with their data files, and the size of everything. */
export function layOutParts(
  parts: readonly PlannedPart[],
  { precision }: ConversionSettings,
): Pick<ConversionPlan, 'graphs' | 'sizeBytes'> {
  let sizeBytes = 0;
  const graphs = parts.map((part): PlannedGraph => {
    const { weightBytes, dataBytes } = layOutOnnx(part.model.graph, precision);
    sizeBytes += weightBytes;
    return { ...part, dataFile: dataBytes > 0 ? dataFileName(part.file) : null };
  });
  return { graphs, sizeBytes };
}

/** How a plan's words end: nothing for full precision. */
export function precisionWords({ precision }: ConversionSettings): string {
  return precision === 'f16' ? ', half precision' : '';
}

/**
 * The number of attention heads, which no tensor's shape tells: `published` for a model of published sizes, else what the
 * file's metadata says under `heads`.
 * Errors: `model/not-convertible` when it is in neither.
 */
export function requireHeads({ name, source }: CheckpointFile, published: number | null): number {
  const stated = Number(source.metadata.get('heads') ?? published ?? 0);
  if (Number.isInteger(stated) && stated > 0) return stated;
  throw new WorkbenchError(
    'model/not-convertible',
    `${name} is of a size that was not published, and the shapes of its tensors do not tell how many attention heads it has.`,
    { hint: 'Write the number as "heads" into the metadata of the file.', context: { file: name } },
  );
}

/** Errors: `model/not-convertible` when another side than the model's own is wanted. */
export function requireOwnSide({ side }: ConversionSettings, ownSide: number, words: string): void {
  if (side === null || side === ownSide) return;
  throw new WorkbenchError(
    'model/not-convertible',
    `${words} takes images of side ${ownSide} alone; only a SAM can be fitted to another.`,
    { context: { side, ownSide } },
  );
}
