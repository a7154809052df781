/**
 * Writes a model of any size as ONNX: weights are read, converted and written one at a time. Those of a large model lie
 * in a file beside the graph's (ONNX "external data"); a small one is one file.
 */
import type { Graph } from '../graph/graph.ts';
import { requireTensor, type WeightSource } from '../graph/params.ts';
import { encodeProgram, storedBytes, type WeightPlace } from './encode.ts';
import { lowerGraph, type Precision } from './lower.ts';
import type { Program, StoredWeight } from './program.ts';
import type { CreateFile } from './sink.ts';
import { weightElements } from './weights.ts';

/** Models up to this size are one file: small enough to be held whole, a few megabytes being what a decoder takes. */
const SINGLE_FILE_BYTES = 32 * 2 ** 20;
/** Weights below this stay in the graph's file: a page of memory, to which those outside of it are aligned. */
const PAGE_BYTES = 4096;

/** An ONNX model before its weights are read: where each of them will lie. */
export interface OnnxLayout {
  readonly program: Program;
  /** Offset in the data file, for the weights that lie there. */
  readonly offsets: ReadonlyMap<StoredWeight, number>;
  /** Size of the data file; 0 for none. */
  readonly dataBytes: number;
  /** Of all weights together. */
  readonly weightBytes: number;
}

/** Lays out a graph's weights. Errors: `graph/*` when the graph does not verify. Cost: reads no weight. */
export function layOutOnnx(graph: Graph, precision: Precision): OnnxLayout {
  const program = lowerGraph(graph, precision);
  const weightBytes = program.weights.reduce((sum, weight) => sum + storedBytes(weight), 0);
  const offsets = new Map<StoredWeight, number>();
  let dataBytes = 0;
  for (const weight of weightBytes > SINGLE_FILE_BYTES ? program.weights : []) {
    if (storedBytes(weight) < PAGE_BYTES) continue;
    const offset = Math.ceil(dataBytes / PAGE_BYTES) * PAGE_BYTES;
    offsets.set(weight, offset);
    dataBytes = offset + storedBytes(weight);
  }
  return { program, offsets, dataBytes, weightBytes };
}

/** Name of the data file of a graph's file, by which whoever opens the model must give the data. */
export function dataFileName(file: string): string {
  return `${file}.data`;
}

/**
 * Writes a model and closes its files: `file`, and before it the data file if there are weights outside. `onWeight` is told the bytes of each weight written.
 * Errors: those of `weights` and `create`; `graph/shape-mismatch`, `onnx/f16-overflow`; the signal's reason.
 * Cost: holds one weight at a time, beside those that lie in the graph's file.
 */
export async function writeOnnx(
  { program, offsets }: OnnxLayout,
  weights: WeightSource,
  file: string,
  create: CreateFile,
  signal: AbortSignal,
  onWeight: (sizeBytes: number) => void,
): Promise<void> {
  const places = new Map<StoredWeight, WeightPlace>();
  const location = dataFileName(file);
  const data = offsets.size > 0 ? await create(location) : undefined;
  let written = 0;
  try {
    for (const weight of program.weights) {
      signal.throwIfAborted();
      const tensor = requireTensor(await weights.read(weight.parameter.name), weight.parameter);
      const bytes = weightElements(weight, tensor);
      const offset = offsets.get(weight);
      if (data === undefined || offset === undefined) {
        places.set(weight, { bytes });
      } else {
        if (offset > written) await data.write(new Uint8Array(offset - written));
        await data.write(bytes);
        written = offset + bytes.length;
        places.set(weight, { location, offsetBytes: offset, lengthBytes: bytes.length });
      }
      onWeight(bytes.length);
    }
  } finally {
    await data?.close();
  }
  const graphFile = await create(file);
  try {
    await graphFile.write(encodeProgram(program, (weight) => places.get(weight) as WeightPlace));
  } finally {
    await graphFile.close();
  }
}
