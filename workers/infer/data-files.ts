/** Of the files that came with an .onnx file, those that belong to it. */
import type { OnnxSummary } from '../../models/onnx/inspect.ts';

/** The files that hold its weights, in the order in which it names them. What else came with it, say a README, is no part of the model. */
export function namedDataFiles({ dataFiles }: OnnxSummary, companions: readonly File[]): readonly File[] {
  return dataFiles.flatMap((wanted) => companions.find(({ name }) => name === wanted) ?? []);
}
