/** What a dropped file is and what could be made of it, from its list of contents: no weight is read. */
import { WorkbenchError } from '../../core/errors.ts';
import { openBlob } from '../../core/formats/byte-source.ts';
import { openTensorSource } from '../../core/formats/tensor-source.ts';
import { CLASS_COUNT } from '../../core/segmentation/classes.ts';
import { recogniseCheckpoint } from '../../models/checkpoints/recognise.ts';
import type { CheckpointFile, ConversionPlan, ConversionSettings } from '../../models/convert/conversion.ts';
import { planConversion } from '../../models/convert/plan.ts';
import { inspectOnnx } from '../../models/onnx/inspect.ts';
import { matchInterface } from '../../models/onnx/interface.ts';
import type { ConversionOutline, ExaminedFile, ModelRole } from '../api/compute.ts';

/** onnxruntime holds a graph's file, and the weights beside it, in memory of 32-bit addresses. */
const MAX_GRAPH_BYTES = 2 ** 31 - 1;
const MAX_WEIGHT_BYTES = MAX_GRAPH_BYTES;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The bytes of an ONNX file. Errors: `file/too-large`, `file/unreadable`. */
export async function readGraph(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > MAX_GRAPH_BYTES) {
    throw new WorkbenchError(
      'file/too-large',
      'An .onnx file must be smaller than 2 GB. Export the model with its weights in a file of their own and drop both.',
    );
  }
  return openBlob(file).read(0, file.size);
}

/** The roles that an ONNX file may serve. Errors: `onnx/damaged`, `onnx/unsupported-interface` when it serves none. */
async function examineOnnx(file: File, dataFileNames: readonly string[]): Promise<ExaminedFile> {
  const summary = inspectOnnx(await readGraph(file));
  const roles: ModelRole[] = [];
  const reasons = new Set<string>();
  for (const role of ['segmenter', 'extractor'] as const) {
    try {
      matchInterface(summary, role, dataFileNames);
      roles.push(role);
    } catch (error) {
      reasons.add(messageOf(error));
    }
  }
  if (roles.length === 0) throw new WorkbenchError('onnx/unsupported-interface', [...reasons].join(' '));
  const shapes = [...summary.inputs, ...summary.outputs].map(
    ({ name, shape }) => `'${name}' [${shape?.map((size) => size ?? '?').join(', ') ?? 'unknown shape'}]`,
  );
  return { kind: 'onnx', roles, found: `Input and output: ${shapes.join(' and ')}.` };
}

/** Opens and recognises a checkpoint. Errors: those of its format, `checkpoint/unknown-model`. */
export async function openCheckpoint(file: File): Promise<CheckpointFile> {
  const source = await openTensorSource(openBlob(file), file.name);
  return { name: file.name, source, recognised: recogniseCheckpoint(source) };
}

/** What a file is. `dataFileNames` are the files that came with it and may hold its weights. */
export async function examineFile(file: File, dataFileNames: readonly string[]): Promise<ExaminedFile> {
  if (file.name.toLowerCase().endsWith('.onnx')) return examineOnnx(file, dataFileNames);
  return { kind: 'checkpoint', recognised: (await openCheckpoint(file)).recognised };
}

/**
 * A plan whose model the workbench can run, checked before anything is hashed or written.
 * Errors: `model/not-convertible` for a segmenter of other classes, and for weights beyond the memory of onnxruntime.
 */
export function requireRunnable(plan: ConversionPlan): ConversionPlan {
  const { words, classes, sizeBytes, precision } = plan;
  if (classes !== null && classes !== CLASS_COUNT) {
    throw new WorkbenchError(
      'model/not-convertible',
      `${words}: the workbench evaluates background, rim and cup, and can use only a segmenter of these ${CLASS_COUNT} classes.`,
      { hint: 'Take a checkpoint trained for background, rim and cup.', context: { classes } },
    );
  }
  if (sizeBytes > MAX_WEIGHT_BYTES) {
    throw new WorkbenchError(
      'model/not-convertible',
      `${words}: its weights take ${(sizeBytes / 1e9).toFixed(1)} GB; a page can load 2 GB.`,
      {
        hint:
          precision === 'f32'
            ? 'Keep its weights in half precision, or take a smaller model.'
            : 'Take a smaller model.',
        context: { sizeBytes },
      },
    );
  }
  return plan;
}

/**
 * The plan for checkpoints. Errors: as of opening them; `checkpoint/*`, `model/needs-checkpoint`, `model/not-convertible`,
 * also where the workbench could not run the model.
 */
export async function planFiles(
  files: readonly File[],
  settings: ConversionSettings,
): Promise<{ readonly plan: ConversionPlan; readonly checkpoints: readonly CheckpointFile[] }> {
  const checkpoints = await Promise.all(files.map(openCheckpoint));
  return { plan: requireRunnable(planConversion(checkpoints, settings)), checkpoints };
}

/** The plan in a few words. */
export function outlineOf({ words, role, sizeBytes, unused }: ConversionPlan): ConversionOutline {
  return { words, role, sizeBytes, unused };
}
