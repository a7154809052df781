/**
 * The encoder of a SAM as the workbench keeps it: its matrices once, in the form that onnxruntime multiplies with, in a
 * file that the graphs of all models of this SAM refer to; everything small under SAM's names. Graphs are made when a
 * model is loaded: that costs milliseconds, and lets models of any rank share the file.
 */
import { invariant } from '../../core/errors.ts';
import type { ByteSource } from '../../core/formats/byte-source.ts';
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import type { TensorInfo, TensorSource } from '../../core/formats/tensor-source.ts';
import type { SamConfiguration } from '../checkpoints/recognised.ts';
import type { Graph, Params, Tensor } from '../graph/graph.ts';
import { bindTensors, requireParam } from '../graph/params.ts';
import { encodeProgram, storedBytes } from '../onnx/encode.ts';
import { lowerGraph, type Precision } from '../onnx/lower.ts';
import type { StoredWeight } from '../onnx/program.ts';
import type { CreateFile } from '../onnx/sink.ts';
import { weightElements } from '../onnx/weights.ts';
import { createSamedEncoder } from '../zoo/samed.ts';
import { SAM_DECODER } from '../zoo/samed-configuration.ts';

/** The matrices, as the graphs name the file. */
export const ENCODER_DATA = 'encoder.data';
/** Everything else: norms, biases, tables of positions. */
export const ENCODER_TENSORS = 'encoder.safetensors';

/** Weights from this size on lie in the data file, each at the start of a page of memory. */
const PAGE_BYTES = 4096;

export interface KeptEncoder {
  readonly configuration: SamConfiguration;
  readonly precision: Precision;
}

/** A weight in the data file. */
interface Place {
  readonly weight: StoredWeight;
  readonly offsetBytes: number;
}

interface Layout {
  /** The encoder without adapters. */
  readonly graph: Graph;
  /** By the stored weight's name, in the order of the file. */
  readonly places: ReadonlyMap<string, Place>;
  readonly dataBytes: number;
}

/** Where the weights lie: those that the stored form gives back lie in the data file, but for small ones. */
function layOut({ configuration, precision }: KeptEncoder): Layout {
  const graph = createSamedEncoder({
    ...configuration,
    rank: 0,
    adaptsDecoder: false,
    decoder: SAM_DECODER,
  });
  const places = new Map<string, Place>();
  let dataBytes = 0;
  for (const weight of lowerGraph(graph, precision).weights) {
    const isGivenBack = weight.transform === undefined || weight.restore !== undefined;
    if (!isGivenBack || storedBytes(weight) < PAGE_BYTES) continue;
    const offsetBytes = Math.ceil(dataBytes / PAGE_BYTES) * PAGE_BYTES;
    places.set(weight.name, { weight, offsetBytes });
    dataBytes = offsetBytes + storedBytes(weight);
  }
  return { graph, places, dataBytes };
}

/** Size of the data file: nearly all of an encoder. */
export function encoderBytes(encoder: KeptEncoder): number {
  return layOut(encoder).dataBytes;
}

/**
 * Writes both files of an encoder and closes them. `onWeight` is told the bytes of each matrix.
 * Errors: `checkpoint/*` naming the tensors; `onnx/f16-overflow`; those of `create`; the signal's reason.
 * Cost: holds one matrix at a time, and all small tensors.
 */
export async function writeEncoder(
  encoder: KeptEncoder,
  source: TensorSource,
  create: CreateFile,
  signal: AbortSignal,
  onWeight: (sizeBytes: number) => void,
): Promise<void> {
  const { graph, places } = layOut(encoder);
  const weights = bindTensors(graph, source);
  const data = await create(ENCODER_DATA);
  let written = 0;
  try {
    for (const { weight, offsetBytes } of places.values()) {
      signal.throwIfAborted();
      const bytes = weightElements(weight, await weights.read(weight.parameter.name));
      if (offsetBytes > written) await data.write(new Uint8Array(offsetBytes - written));
      await data.write(bytes);
      written = offsetBytes + bytes.length;
      onWeight(bytes.length);
    }
  } finally {
    await data.close();
  }
  const outside = parametersOf(places);
  const small = new Map<string, Tensor>();
  for (const { name } of graph.parameters) if (!outside.has(name)) small.set(name, await weights.read(name));
  const file = await create(ENCODER_TENSORS);
  try {
    await file.write(writeSafetensors(small));
  } finally {
    await file.close();
  }
}

function parametersOf(places: Layout['places']): Map<string, Place> {
  return new Map([...places.values()].map((place) => [place.weight.parameter.name, place]));
}

/**
 * The ONNX file of a graph over a kept encoder: adapters as inputs, of any rank, or normalised pixels. A session of it must
 * be given the data file as `ENCODER_DATA`.
 * Errors: `graph/unknown-value` for a small tensor that is missing, `graph/shape-mismatch`, `onnx/f16-overflow`.
 */
export function encodeKeptEncoder(
  graph: Graph,
  encoder: KeptEncoder,
  small: Params,
): Uint8Array<ArrayBuffer> {
  const { places } = layOut(encoder);
  return encodeProgram(lowerGraph(graph, encoder.precision), (weight) => {
    const place = places.get(weight.name);
    if (place === undefined) return { bytes: weightElements(weight, requireParam(small, weight.parameter)) };
    invariant(
      place.weight.elementType === weight.elementType && storedBytes(place.weight) === storedBytes(weight),
      `'${graph.name}' stores '${weight.name}' in another form than the kept encoder`,
    );
    return { location: ENCODER_DATA, offsetBytes: place.offsetBytes, lengthBytes: storedBytes(weight) };
  });
}

/**
 * The tensors of a kept encoder under SAM's names, read one at a time from its files and laid out as a checkpoint has them.
 * Half precision does not give weights back as they were: `internal/invariant`. Errors when read: those of the files.
 */
export function viewKeptEncoder(encoder: KeptEncoder, data: ByteSource, small: TensorSource): TensorSource {
  invariant(encoder.precision === 'f32', 'an encoder kept in half precision was read back');
  const { graph, places } = layOut(encoder);
  const outside = parametersOf(places);
  const tensors = new Map(
    graph.parameters.map(({ name, shape }): [string, TensorInfo] => [
      name,
      { name, dtype: 'float32', shape: shape.map(Number) },
    ]),
  );
  return {
    tensors,
    metadata: new Map(),
    sizeBytes: data.sizeBytes + small.sizeBytes,
    async read(name) {
      const place = outside.get(name);
      if (place === undefined) return small.read(name);
      const { weight, offsetBytes } = place;
      const bytes = await data.read(offsetBytes, storedBytes(weight));
      const stored = new Float32Array(bytes.buffer);
      return weight.restore === undefined ? stored : weight.restore(stored);
    },
  };
}
