/** Keeps TransUNets with the tensors that training needs, and makes of them the network that runs: norms folded, as ONNX. */
import { openBlob } from '../../core/formats/byte-source.ts';
import { streamSafetensors } from '../../core/formats/safetensors.ts';
import { openTensorSource, type TensorSource } from '../../core/formats/tensor-source.ts';
import type { Report } from '../../core/tasks.ts';
import { bindForInference } from '../../models/convert/parts.ts';
import { elementCount } from '../../models/graph/shape.ts';
import { layOutOnnx, writeOnnx } from '../../models/onnx/write.ts';
import { createTransUnet } from '../../models/zoo/transunet.ts';
import type { ModelId } from '../api/compute.ts';
import { ELEMENT_BYTES } from '../gpu/buffers.ts';
import { type ModelCaches, OWN_TENSORS, type TransUnetManifest } from './model-manifest.ts';
import { reportBytes } from './report-bytes.ts';
import type { SessionStage } from './runtime.ts';

/** Writes a TransUNet. Errors: those of the tensors; `model/storage-full`; the signal's reason. Cost: holds one tensor at a time. */
export async function keepTransUnet(
  { models }: ModelCaches,
  id: ModelId,
  manifest: TransUnetManifest,
  tensors: Pick<TensorSource, 'tensors' | 'read'>,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const shapes = [...tensors.tensors.values()].map(({ shape }) => shape);
  const totalBytes = shapes.reduce((sum, shape) => sum + elementCount(shape) * ELEMENT_BYTES, 0);
  await models.write(id, async (create) => {
    const sink = await create(OWN_TENSORS);
    let doneBytes = 0;
    await streamSafetensors(tensors, async (bytes) => {
      signal.throwIfAborted();
      await sink.write(bytes);
      doneBytes += bytes.length;
      reportBytes(report, 'Copying weights', Math.min(doneBytes, totalBytes), totalBytes);
    });
    await sink.close();
    return manifest;
  });
}

/** The tensors of a kept TransUNet, read one at a time. Errors: `model/not-loaded` when its file is gone. */
export async function openTransUnetTensors({ models }: ModelCaches, id: ModelId): Promise<TensorSource> {
  return openTensorSource(openBlob(await models.open(id, OWN_TENSORS)), OWN_TENSORS);
}

/** The network of a TransUNet. Errors: `checkpoint/*`. Cost: one copy of the weights, in blobs. */
export async function transUnetStage(
  { configuration, heads }: Pick<TransUnetManifest, 'configuration' | 'heads'>,
  tensors: TensorSource,
): Promise<SessionStage> {
  const { graph, weights } = bindForInference(createTransUnet(configuration, heads), tensors);
  const files = new Map<string, Blob>();
  const file = 'transunet.onnx';
  const create = (name: string) => {
    const parts: Blob[] = [];
    return Promise.resolve({
      // Blobs, because a browser may move them to its disk.
      write: async (bytes: Uint8Array) => void parts.push(new Blob([Uint8Array.from(bytes)])),
      close: async () => void files.set(name, new Blob(parts)),
    });
  };
  await writeOnnx(
    layOutOnnx(graph, 'f32'),
    weights,
    file,
    create,
    new AbortController().signal,
    () => undefined,
  );
  const onnx = files.get(file) ?? new Blob();
  files.delete(file);
  return {
    graph: new Uint8Array(await onnx.arrayBuffer()),
    weights: Array.from(files, ([name, blob]) => ({ name, file: blob })),
    constants: {},
  };
}
