/** Exported tables of a run. Pure; fractions in full precision. */
import type { Coding } from '../../core/cohort/coding.ts';
import { type Grouping, groupIndices, groupingId, groupLabels } from '../../core/cohort/groups.ts';
import type { Split } from '../../core/cohort/sample.ts';
import { REGIONS } from '../../core/segmentation/classes.ts';
import type { Estimate, EvaluationSummary } from '../../workers/api/analysis.ts';
import type { EvaluationRun } from './evaluate.ts';
import type { EvaluatedImage } from './evaluate-scores.ts';
import { rulesOf } from './evaluate-scores.ts';

export type Cell = string | number | null;

/** A table with a header row, ready for CSV. */
export interface ExportTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

function quote(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** CSV after RFC 4180; an undefined number is an empty field. */
export function toCsv({ header, rows }: ExportTable): string {
  return [header, ...rows].map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}

/** Column name of a grouping: `race`, `age_60`, `race_x_gender`. */
function columnOf(grouping: Grouping): string {
  return `group_${groupingId(grouping)
    .replaceAll('*', '_x_')
    .replaceAll(/[^\w]+/g, '_')}`;
}

/** The label of every image's group; "unknown" where it is not recorded. */
function labelsOf(images: readonly EvaluatedImage[], grouping: Grouping, coding: Coding): readonly string[] {
  const labels = groupLabels(grouping);
  const indices = groupIndices(
    images.map(({ record }) => record),
    grouping,
    coding,
  );
  return Array.from(indices, (index) => labels[index] ?? 'unknown');
}

/** One row for every image, failed ones included with their code instead of scores. */
export function imageTable(
  run: EvaluationRun,
  images: readonly EvaluatedImage[],
  splits: readonly Split[],
  groupings: readonly Grouping[],
  coding: Coding,
): ExportTable {
  const groups = groupings.map((grouping) => labelsOf(images, grouping, coding));
  const counts = REGIONS.flatMap((region) =>
    ['predicted', 'truth', 'intersection'].map((count) => `${region}_${count}_pixels`),
  );
  const scores = ['overall', ...REGIONS].flatMap((region) => [
    `${region}_dice_fraction`,
    `${region}_iou_fraction`,
  ]);
  const header = [
    'name',
    'sample_sha256',
    'status',
    'split',
    ...groupings.map(columnOf),
    ...scores,
    ...counts,
    'empty_mask_rules',
  ];
  const scored = images.map(({ image, index, scores: own }, i): readonly Cell[] => [
    image.name,
    image.id,
    'scored',
    splits[index] ?? 'unassigned',
    ...groups.map((labels) => labels[i] ?? 'unknown'),
    own.overall.dice,
    own.overall.iou,
    ...REGIONS.flatMap((region) => [own.regions[region].dice, own.regions[region].iou]),
    ...REGIONS.flatMap((region) => {
      const { predicted, truth, intersection } = image.overlap[region];
      return [predicted, truth, intersection];
    }),
    rulesOf(own),
  ]);
  const blank = Array.from({ length: header.length - 3 }, () => null);
  const failed = [...run.failures, ...run.unmatched].map(({ name, error }): readonly Cell[] => [
    name,
    null,
    error.code,
    ...blank,
  ]);
  return { header, rows: [...scored, ...failed] };
}

function estimateCells({ value, interval }: Estimate): readonly Cell[] {
  return [value, interval?.low ?? null, interval?.high ?? null];
}

/** One row for every grouping, group, region and metric; then equity-scaled score and gaps of every grouping. */
export function groupTable(summary: EvaluationSummary): ExportTable {
  const header = [
    'grouping',
    'group',
    'quantity',
    'region',
    'metric',
    'n_images',
    'value',
    'lo',
    'hi',
    'included',
  ];
  const rows = summary.metrics.flatMap(({ region, metric, overall, groupings }) => [
    ['', 'overall', 'mean', region, metric, summary.imageCount, ...estimateCells(overall), ''],
    ...groupings.flatMap((grouping) => [
      ...grouping.groups.map(({ name, count, mean, included }): readonly Cell[] => [
        grouping.id,
        name,
        'mean',
        region,
        metric,
        count,
        ...estimateCells(mean),
        included ? 'yes' : 'no',
      ]),
      [grouping.id, 'unknown', 'count', region, metric, grouping.unknownCount, null, null, null, 'no'],
      ...(
        [
          ['equity-scaled', grouping.equityScaled],
          ['gap', grouping.gap],
          ['sd', grouping.sd],
          ['min-max-ratio', grouping.minMaxRatio],
          ['skewed-error-ratio', grouping.skewedErrorRatio],
        ] as const
      ).map(([quantity, estimate]): readonly Cell[] => [
        grouping.id,
        '',
        quantity,
        region,
        metric,
        summary.imageCount,
        ...estimateCells(estimate),
        '',
      ]),
    ]),
  ]);
  return { header, rows };
}
