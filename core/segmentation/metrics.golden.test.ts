/** Overlap, surface distances, cup-to-disc error, pixel AUC and equity against the reference data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { equityScaled } from '../equity/equity-scaled.ts';
import { groupMeans } from '../equity/group-means.ts';
import { readNpz } from '../formats/npz.ts';
import { goldensFolder, reportGolden } from '../goldens.ts';
import { npzMatrix } from '../linalg/npz-matrix.ts';
import { describeDifference, maxAbsDifference, STATISTICS_F64 } from '../testing.ts';
import { type Region, REGIONS } from './classes.ts';
import { areaCupDiscError } from './cup-disc-ratio.ts';
import { countOverlap, scoreOverlap } from './overlap.ts';
import { meanPixelAuc } from './pixel-auc.ts';
import { hd95Under, surfaceDistances } from './surface-distance.ts';

interface Exact {
  readonly dice: number;
  readonly jaccard: number;
  readonly hd95: number;
  readonly hd: number;
  readonly asd_pred_to_gt: number;
  readonly asd_gt_to_pred: number;
  readonly assd: number;
}
interface RegionExpectation {
  readonly pred_pixels: number;
  readonly gt_pixels: number;
  readonly reference: { readonly dice: number; readonly hd95: number; readonly jaccard: number };
  readonly exact: Exact | null;
  readonly reference_asd: number;
}
interface PairExpectation {
  readonly index: number;
  readonly name: string;
  readonly shape: readonly [number, number];
  readonly classes: Readonly<Record<Region, RegionExpectation>>;
  readonly cdr_distance: number | null;
}

const folder = goldensFolder('metrics');
const readJson = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
let caseCount = 0;
let worstError = 0;

/** Undefined when close. Null in the reference files stands for NaN, undefined in ours too. */
function difference(
  actual: readonly (number | undefined)[],
  wanted: readonly (number | null | undefined)[],
): string | undefined {
  const a = actual.map((x) => x ?? NaN);
  const b = wanted.map((x) => x ?? NaN);
  worstError = Math.max(worstError, maxAbsDifference(a, b));
  return describeDifference(a, b, STATISTICS_F64);
}

afterAll(() => {
  reportGolden('metrics', caseCount, worstError);
});

function regionMask(mask: Uint8Array, region: Region): Uint8Array {
  return mask.map((value) => Number(region === 'disc' ? value > 0 : value === (region === 'rim' ? 1 : 2)));
}

describe('pairs of masks', () => {
  const pairs = readJson('expected.json') as readonly PairExpectation[];
  const masks = readNpz(new Uint8Array(readFileSync(join(folder, 'masks.npz'))));
  it.each(pairs.map((pair) => [pair.name, pair] as const))('%s', (_name, pair) => {
    caseCount++;
    const number = String(pair.index).padStart(2, '0');
    const [height, width] = pair.shape;
    const predicted = Uint8Array.from(npzMatrix(masks, `pred_${number}`).data);
    const truth = Uint8Array.from(npzMatrix(masks, `gt_${number}`).data);
    const overlap = countOverlap(predicted, truth);
    for (const region of REGIONS) {
      const wanted = pair.classes[region];
      const counts = overlap[region];
      expect([counts.predicted, counts.truth]).toEqual([wanted.pred_pixels, wanted.gt_pixels]);
      const published = scoreOverlap(counts, 'published');
      const strict = scoreOverlap(counts, 'strict');
      const distances = surfaceDistances(
        regionMask(predicted, region),
        regionMask(truth, region),
        height,
        width,
      );
      const { reference, exact } = wanted;
      expect(
        difference(
          [
            published.dice,
            published.iou,
            hd95Under('published', distances),
            distances?.predictedToTruth ?? 0,
          ],
          [reference.dice, reference.jaccard, reference.hd95, wanted.reference_asd],
        ),
      ).toBeUndefined();
      // The reference has no plain value where a mask is empty: there the strict convention decides.
      const emptyScore = wanted.pred_pixels === 0 && wanted.gt_pixels === 0 ? 1 : 0;
      expect([published.rule === 'none', strict.rule === 'none']).toEqual([exact !== null, exact !== null]);
      expect(
        difference(
          [
            strict.dice,
            strict.iou,
            hd95Under('strict', distances),
            distances?.hausdorff,
            distances?.predictedToTruth,
            distances?.truthToPredicted,
            distances?.assd,
          ],
          [
            exact?.dice ?? emptyScore,
            exact?.jaccard ?? emptyScore,
            exact?.hd95,
            exact?.hd,
            exact?.asd_pred_to_gt,
            exact?.asd_gt_to_pred,
            exact?.assd,
          ],
        ),
      ).toBeUndefined();
    }
    expect(difference([areaCupDiscError(overlap)], [pair.cdr_distance])).toBeUndefined();
  });
});

interface TableExpectation {
  readonly overall: number;
  readonly group_means: readonly (number | null)[];
  readonly es: number | null;
  readonly es_alpha2: number | null;
  readonly es_std: number | null;
  readonly es_std_alpha2: number | null;
}

describe('tables of scores by group', () => {
  const tables = readJson('equity.json') as Record<string, Record<string, unknown>>;
  const rows = Object.entries(tables).flatMap(([name, table]) =>
    Object.keys(table)
      .filter((key) => key.startsWith('expected_'))
      .map((key) => [name, key.slice('expected_'.length), table] as const),
  );
  it.each(rows)('%s %s', (_name, metric, table) => {
    caseCount++;
    const wanted = table[`expected_${metric}`] as TableExpectation;
    const groupCount = table['no_of_attr'] as number;
    const { overall, means } = groupMeans(table[metric] as number[], table['attr'] as number[], groupCount);
    expect(difference([overall, ...means], [wanted.overall, ...wanted.group_means])).toBeUndefined();
    expect(
      difference(
        [
          equityScaled(overall, means, 'sum'),
          equityScaled(overall, means, 'sum', 2),
          equityScaled(overall, means, 'sd'),
          equityScaled(overall, means, 'sd', 2),
        ],
        [wanted.es, wanted.es_alpha2, wanted.es_std, wanted.es_std_alpha2],
      ),
    ).toBeUndefined();
  });
});

describe('pixel AUC', () => {
  const images = readJson('auc.json') as readonly { readonly index: number; readonly auc: number | null }[];
  const arrays = readNpz(new Uint8Array(readFileSync(join(folder, 'auc.npz'))));
  it.each(images.map((image) => [image.index, image.auc] as const))('image %i', (index, wanted) => {
    caseCount++;
    const labels = Uint8Array.from(npzMatrix(arrays, `label_${index}`).data);
    expect(
      difference([meanPixelAuc(npzMatrix(arrays, `prob_${index}`).data, labels)], [wanted]),
    ).toBeUndefined();
  });
});
