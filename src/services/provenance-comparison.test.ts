/** A figure of two runs names both, each with its model. */
import { expect, it } from 'vitest';
import { NO_FILTER } from '../../core/cohort/filter.ts';
import type { EvaluationRun, RunSource } from '../state/evaluate.ts';
import { provenanceLines } from './provenance.ts';
import { comparisonProvenance } from './provenance-comparison.ts';

function run(name: string, source: RunSource): EvaluationRun {
  return {
    id: `run-${name}`,
    name,
    source,
    startedMs: 0,
    elapsedMs: 1,
    status: 'whole',
    stoppedBecause: '',
    preprocess: { kind: 'segmentation', crop: null, side: 224, preset: 'corrected' },
    setLabel: 'Test split',
    filter: NO_FILTER,
    softwareVersion: '0.1.0',
    cohortHash: `cohort of ${name}`,
    cohortCount: 12,
    plannedCount: 12,
    images: [],
    failures: [],
    unmatched: [],
    notes: [],
  };
}

it('has the shown run as its own and the other one among its settings', async () => {
  const shown = run('first', { kind: 'segmenter', modelId: 'ab12', modelName: 'Baseline', provider: 'wasm' });
  const other = run('second', { kind: 'segmenter', modelId: 'cd34', modelName: 'Other', provider: 'wasm' });
  const lines = provenanceLines(await comparisonProvenance(shown, other));
  expect(lines).toContain('model: Baseline, SHA-256 ab12');
  expect(lines).toContain('run id: run-first');
  expect(lines).toContain('compared model: Other, SHA-256 cd34');
  expect(lines).toContain('compared run id: run-second');
  expect(lines).toContain('compared run cohort: 12 subjects, SHA-256 cohort of second');
  const files = run('third', { kind: 'files', fileCount: 12 });
  const { model, settings } = await comparisonProvenance(files, shown);
  expect(model).toBeNull();
  expect(settings['compared model']).toBe('Baseline, SHA-256 ab12');
});
