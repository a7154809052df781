/** Saves a run as CSV and JSON, each with its provenance. */
import { saveFile } from '../charts/export.ts';
import { serializeCsv } from '../charts/export-table.ts';
import type { FigureTable } from '../charts/figure-table.ts';
import type { EvaluationSummary } from '../../workers/api/analysis.ts';
import { selectCoding, selectSplitAssignment } from '../state/cohort-selectors.ts';
import { type ExportTable, groupTable, imageTable, toCsv } from '../state/evaluate-export.ts';
import { type EvaluationRun, hasNoCup, NO_CUP_WARNING } from '../state/evaluate.ts';
import type { EvaluatedImage } from '../state/evaluate-scores.ts';
import { store } from '../state/store.ts';
import {
  createProvenance,
  describeFilter,
  type Provenance,
  provenanceComment,
  provenanceLines,
} from './provenance.ts';

/** What is exported: the shown images of a run and their summary. */
export interface ExportedRun {
  readonly run: EvaluationRun;
  readonly images: readonly EvaluatedImage[];
  readonly summary: EvaluationSummary;
}

/** Provenance of the export now, with what the run recorded when it was made. */
export function runProvenance(run: EvaluationRun): Promise<Provenance> {
  const { settings } = store.getState().evaluate;
  const { crop, side, preset } = run.preprocess;
  return createProvenance({
    model: run.source.kind === 'segmenter' ? { id: run.source.modelId, name: run.source.modelName } : null,
    seed: settings.seed,
    settings: {
      run: run.name,
      'run id': run.id,
      'run status': run.status,
      ...(run.status === 'partial' ? { 'run stopped': run.stoppedBecause } : {}),
      'run made with': `EquiSeg ${run.softwareVersion}`,
      'run date': new Date(run.startedMs).toISOString(),
      'run source':
        run.source.kind === 'segmenter'
          ? `segmenter on ${run.source.provider}`
          : `${run.source.fileCount} dropped files`,
      'run set': run.setLabel,
      'run filter': describeFilter(run.filter),
      'run cohort': `${run.cohortCount} subjects, SHA-256 ${run.cohortHash}`,
      'images planned': run.plannedCount,
      'images scored': run.images.length,
      'images failed': run.failures.length,
      'files unmatched': run.unmatched.length,
      ...(hasNoCup(run) ? { 'run warning': NO_CUP_WARNING } : {}),
      'centre crop px': crop ?? 'none',
      'network input px': side,
      preprocessing: preset,
      convention: settings.convention,
      'equity-scaled definition': settings.definition,
      'smallest group': settings.minGroupSize,
      'bootstrap resamples': settings.resampleCount,
      'shown images obey the filter': settings.obeyFilter,
    },
  });
}

function fileName(run: EvaluationRun, what: string): string {
  const name = run.name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `evaluation-${name || 'run'}${run.status === 'partial' ? '-partial' : ''}-${what}`;
}

async function saveCsv(run: EvaluationRun, what: string, text: string): Promise<void> {
  const comment = provenanceComment(await runProvenance(run));
  saveFile(`${fileName(run, what)}.csv`, new Blob([comment, text], { type: 'text/csv;charset=utf-8' }));
}

function imagesOf({ run, images }: ExportedRun): ExportTable {
  const state = store.getState();
  return imageTable(
    run,
    images,
    selectSplitAssignment(state).splits,
    state.cohort.groupings,
    selectCoding(state),
  );
}

/** One row for every image. */
export function saveImagesCsv(exported: ExportedRun): Promise<void> {
  return saveCsv(exported.run, 'images', toCsv(imagesOf(exported)));
}

/** One row for every group, region and metric. */
export function saveGroupsCsv({ run, summary }: ExportedRun): Promise<void> {
  return saveCsv(run, 'groups', toCsv(groupTable(summary)));
}

/** The table of equity-scaled scores. */
export function saveEquityCsv(run: EvaluationRun, table: FigureTable): Promise<void> {
  return saveCsv(run, 'equity', serializeCsv(table));
}

/** The same as LaTeX, its provenance as comments. */
export async function saveEquityLatex(run: EvaluationRun, text: string): Promise<void> {
  const comment = provenanceLines(await runProvenance(run))
    .map((line) => `% ${line}\n`)
    .join('');
  saveFile(`${fileName(run, 'equity')}.tex`, new Blob([comment, text], { type: 'text/x-tex;charset=utf-8' }));
}

/** Everything: provenance, run, images with groups, summary. */
export async function saveRunJson(exported: ExportedRun): Promise<void> {
  const { run, summary } = exported;
  const { header, rows } = imagesOf(exported);
  const { images: _images, ...facts } = run;
  const content = {
    kind: 'equiseg-evaluation',
    version: 1,
    provenance: await runProvenance(run),
    run: facts,
    images: rows.map((row) => Object.fromEntries(header.map((key, i) => [key, row[i] ?? null]))),
    summary,
  };
  saveFile(
    `${fileName(run, 'all')}.json`,
    new Blob([`${JSON.stringify(content, null, 1)}\n`], { type: 'application/json' }),
  );
}
