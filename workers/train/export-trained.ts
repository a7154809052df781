/** A trained network as a file to take away: what the published code loads, or the whole network for any ONNX runtime. */
import { Zip, ZipPassThrough } from 'fflate';
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import { writeTorchCheckpoint } from '../../core/formats/torch-writer.ts';
import type { StreamedModel } from '../../models/graph/params.ts';
import type { CreateFile } from '../../models/onnx/sink.ts';
import { layOutOnnx, writeOnnx } from '../../models/onnx/write.ts';
import { rewriteStreamedModel } from '../../models/rewrite/derived-weights.ts';
import { foldStreamedNorms } from '../../models/rewrite/fold-norms.ts';
import { mergeLora } from '../../models/rewrite/merge-lora.ts';
import { prune } from '../../models/rewrite/prune.ts';
import type { TrainedForm, TrainSettings } from '../api/train.ts';
import { publishedTensors, type TrainedNetwork } from './trained-tensors.ts';

/** Files of a zip without compression, which weights do not gain from, as one blob. */
async function zipOf(fill: (create: CreateFile) => Promise<void>): Promise<Blob> {
  let blob = new Blob([]);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(Uint8Array.from(chunk));
  });
  /** A browser may move a large blob to its disk. */
  const collect = () => {
    blob = new Blob([blob, ...chunks.splice(0)]);
  };
  await fill((name) => {
    const file = new ZipPassThrough(name);
    // The earliest date a zip can hold, so that the same weights make the same file.
    file.mtime = new Date(1980, 0, 1);
    zip.add(file);
    return Promise.resolve({
      write(bytes) {
        file.push(bytes.slice());
        collect();
        return Promise.resolve();
      },
      close() {
        file.push(new Uint8Array(), true);
        collect();
        return Promise.resolve();
      },
    });
  });
  zip.end();
  collect();
  return blob;
}

/** The network from image to logits with its adapters, or its norms, in its weights. */
function mergedModel(network: TrainedNetwork): StreamedModel {
  const { graph: whole, logits, sizes } = network;
  const graph = prune(whole, { [logits]: whole.outputs.find(({ name }) => name === logits)?.value ?? '' });
  const model = { graph, weights: { read: (name: string) => network.read(name) } };
  return sizes.kind === 'samed' ? rewriteStreamedModel(model, mergeLora) : foldStreamedNorms(model);
}

async function exportOnnx(network: TrainedNetwork, name: string): Promise<File> {
  const { graph, weights } = mergedModel(network);
  const layout = layOutOnnx(graph, 'f32');
  const { signal } = new AbortController();
  const write = (create: CreateFile) =>
    writeOnnx(layout, weights, `${name}.onnx`, create, signal, () => undefined);
  if (layout.dataBytes > 0) return new File([await zipOf(write)], `${name}.zip`);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  await write(() =>
    Promise.resolve({
      write: async (bytes) => void parts.push(Uint8Array.from(bytes)),
      close: () => Promise.resolve(),
    }),
  );
  return new File(parts, `${name}.onnx`);
}

/**
 * The file of a trained network, `name` without its ending. safetensors and pth hold adapters, prompt encoder and mask decoder
 * by the published names (of a training of every weight, and of a TransUNet, all), safetensors with a note where the frozen weights
 * that they belong to were read as f16; onnx takes `image [N,3,side,side]` in
 * [0, 1] and gives `low_res_logits`, a TransUNet's `logits`, in a zip when its weights lie in a file of their own.
 * Errors: those of the network's weights. Cost: holds the exported tensors, twice for safetensors and pth.
 */
export async function exportTrained(
  network: TrainedNetwork,
  trainable: TrainSettings['trainable'],
  name: string,
  form: TrainedForm,
): Promise<File> {
  if (form === 'onnx') return exportOnnx(network, name);
  const tensors = await publishedTensors(network, trainable);
  if (form === 'pth') return new File([writeTorchCheckpoint(tensors)], `${name}.pth`);
  // Shapes do not tell the number of attention heads, which whoever opens the file again must know.
  const { sizes, halves } = network;
  const heads = sizes.kind === 'samed' ? sizes.configuration.decoder.heads : sizes.heads;
  const rounded = halves.size > 0 ? { frozen_weights: 'rounded to float16 in training' } : {};
  return new File([writeSafetensors(tensors, { heads: String(heads), ...rounded })], `${name}.safetensors`);
}
