/** Which parameters of a training may be stored as f16: those that nothing changes, and nothing but products reads. */
import type { TrainingGraph } from '../../../models/graph/training-graph.ts';
import { canBeHalf } from '../../gpu/kernels/kernel-table.ts';

/**
 * The frozen weights of linear layers: nearly all bytes of a SAMed's encoder. Patch embedding and tables of relative positions,
 * which other kernels read, are not among them. What a validation shares with its training is for the training to say.
 */
export function frozenMatrices({
  parameters,
  nodes,
  gradients,
  updates,
  outputs,
}: TrainingGraph): ReadonlySet<string> {
  const readAsHalves = new Set<string>();
  const others = new Set([
    ...gradients.map(({ parameter }) => parameter),
    ...updates.map(({ state }) => state),
    ...outputs.map(({ value }) => value),
  ]);
  for (const { kind, inputs } of nodes) {
    for (const [index, name] of inputs.entries()) (canBeHalf(kind, index) ? readAsHalves : others).add(name);
  }
  const names = parameters.map(({ name }) => name);
  return new Set(names.filter((name) => readAsHalves.has(name) && !others.has(name)));
}
