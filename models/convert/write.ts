/** Carries out a conversion: writes the files of a plan, weight by weight. */
import { writeSafetensors } from '../../core/formats/safetensors.ts';
import type { Report } from '../../core/tasks.ts';
import type { CreateFile } from '../onnx/sink.ts';
import { layOutOnnx, writeOnnx } from '../onnx/write.ts';
import type { ConversionPlan, ConvertedModel, PlannedAdapter } from './conversion.ts';

async function writeAdapter({ file, read }: PlannedAdapter, create: CreateFile): Promise<void> {
  const sink = await create(file);
  try {
    await sink.write(writeSafetensors(await read()));
  } finally {
    await sink.close();
  }
}

/**
 * Writes every file of a plan. When it fails or is cancelled, what was written is no model.
 * Errors: those of the checkpoints and of `create`; `onnx/f16-overflow`; the signal's reason.
 * Cost: holds one weight at a time; graphs of a few megabytes whole.
 */
export async function writeConversion(
  plan: ConversionPlan,
  create: CreateFile,
  signal: AbortSignal,
  report: Report,
): Promise<ConvertedModel> {
  const { kind, words, role, precision, side, adapter } = plan;
  const totalBytes = plan.sizeBytes;
  let doneBytes = 0;
  const onWeight = (sizeBytes: number) => {
    doneBytes += sizeBytes;
    report({ phase: 'Converting weights', done: doneBytes, total: totalBytes, unit: 'bytes' });
  };
  onWeight(0);
  for (const { model, file } of plan.graphs) {
    const layout = layOutOnnx(model.graph, precision);
    await writeOnnx(layout, model.weights, file, create, signal, onWeight);
  }
  signal.throwIfAborted();
  if (adapter !== null) await writeAdapter(adapter, create);
  return {
    kind,
    words,
    role,
    precision,
    side,
    graphs: plan.graphs.map(({ part, file, dataFile }) => ({ part, file, dataFile })),
    adapter: adapter && { file: adapter.file, rank: adapter.rank },
  };
}
