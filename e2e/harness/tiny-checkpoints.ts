/** Checkpoint files of toy size in the published formats: a SAM, the adapters of a SAMed on it, and damaged ones. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openMemory } from '../../core/formats/byte-source.ts';
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import { writeTorchCheckpoint } from '../../core/formats/torch-writer.ts';
import { goldensFolder } from '../../core/goldens.ts';
import type { Tensor } from '../../models/graph/graph.ts';

export interface TinyCheckpoints {
  /** SAM: what the published .pth holds. */
  readonly sam: string;
  /** What fine-tuning saves: adapters, prompt encoder, mask decoder. */
  readonly adapters: string;
  /** Adapters without one tensor. */
  readonly incomplete: string;
  /** A .pth whose pickle names something other than tensors. */
  readonly malicious: string;
}

async function readTensors(path: string): Promise<Map<string, Tensor>> {
  const source = await openTensorSource(openMemory(readFileSync(path)), path);
  const tensors = new Map<string, Tensor>();
  for (const { name, shape } of source.tensors.values()) {
    tensors.set(name, { shape, data: await source.read(name) });
  }
  return tensors;
}

function pick(tensors: ReadonlyMap<string, Tensor>, wanted: (name: string) => boolean) {
  return new Map([...tensors].filter(([name]) => wanted(name)));
}

/** The project's own copy: the specs look for its sizes. */
const WEIGHTS = fileURLToPath(new URL('../../core/goldens/samed-tiny/weights.npz', import.meta.url));

/** Writes the files into a folder. The weights are those of the golden folder `samed-tiny`. */
export async function writeTinyCheckpoints(folder: string): Promise<TinyCheckpoints> {
  const tensors = await readTensors(WEIGHTS);
  const saved = pick(tensors, (name) => !name.startsWith('image_encoder.'));
  // Attention heads of a size that was not published cannot be seen in the shapes.
  const heads = { heads: '4' };
  const write = (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  return {
    sam: write('sam_tiny.pth', writeTorchCheckpoint(pick(tensors, (name) => !/^w_[ab]_/.test(name)))),
    adapters: write('samed_tiny.safetensors', writeSafetensors(saved, heads)),
    incomplete: write(
      'samed_incomplete.safetensors',
      writeSafetensors(
        pick(saved, (name) => name !== 'w_b_003'),
        heads,
      ),
    ),
    malicious: maliciousPath(),
  };
}

/** A file of the golden folder that must be refused for what its pickle asks for. */
function maliciousPath(): string {
  const folder = goldensFolder('pth-variants');
  const name = readdirSync(folder).find((file) => file.startsWith('malicious'));
  if (name === undefined) throw new Error('pth-variants has no malicious file');
  return join(folder, name);
}
