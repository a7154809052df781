/** Where a comparison of two runs comes from: that of the shown run, and beside it what the other one recorded. */
import type { EvaluationRun } from '../state/evaluate.ts';
import { runProvenance } from './evaluate-export.ts';
import type { Provenance } from './provenance.ts';

/** Provenance of the shown run; model and settings of the compared one are settings of the export, each called "compared ...". */
export async function comparisonProvenance(
  shown: EvaluationRun,
  compared: EvaluationRun,
): Promise<Provenance> {
  const [own, other] = await Promise.all([runProvenance(shown), runProvenance(compared)]);
  const { model, settings } = other;
  return {
    ...own,
    settings: {
      ...own.settings,
      'compared model': model === null ? 'none' : `${model.name}, SHA-256 ${model.id}`,
      ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [`compared ${name}`, value])),
    },
  };
}
