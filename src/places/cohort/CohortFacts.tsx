/** One line of facts about what passes the filter. */
import { useMemo } from 'react';
import { areaCupDiscRatio } from '../../state/cohort-selectors.ts';
import { medianOf } from '../../charts/HistogramFigure.tsx';
import { formatBytes, formatCount, formatCounted } from '../../ui/format.ts';
import styles from './CohortPlace.module.css';
import { formatRatio } from './words.ts';
import type { PassingCohort } from './use-group-counts.ts';

function factsOf({ records, passing }: PassingCohort) {
  const sizes = new Map<string, number>();
  const ratios: number[] = [];
  let sizeBytes = 0;
  let emptyCount = 0;
  for (const index of passing) {
    const record = records[index];
    if (record === undefined) continue;
    const size = `${record.height} × ${record.width}`;
    sizes.set(size, (sizes.get(size) ?? 0) + 1);
    sizeBytes += record.sizeBytes;
    const ratio = areaCupDiscRatio(record);
    if (Number.isNaN(ratio)) emptyCount++;
    else ratios.push(ratio);
  }
  const [commonest] = [...sizes].toSorted((a, b) => b[1] - a[1]);
  return { commonest, sizeCount: sizes.size, sizeBytes, median: medianOf(ratios), emptyCount };
}

/** Sizes, bytes, cup-to-disc ratio. */
export function CohortFacts({ cohort }: { readonly cohort: PassingCohort }) {
  const { commonest, sizeCount, sizeBytes, median, emptyCount } = useMemo(() => factsOf(cohort), [cohort]);
  if (commonest === undefined) return null;
  const [size, count] = commonest;
  return (
    <p className={styles['facts']}>
      <span>
        <strong>{size} px</strong>{' '}
        {sizeCount === 1
          ? 'every image'
          : `${formatCounted(count, 'image')}, ${formatCounted(sizeCount - 1, 'other size')}`}
      </span>
      <span>
        <strong>{formatBytes(sizeBytes)}</strong> of files
      </span>
      <span>
        <strong>{formatRatio(median)}</strong> median area cup-to-disc ratio
      </span>
      {emptyCount > 0 && (
        <span>
          <strong>{formatCount(emptyCount)}</strong> without a disc in the mask
        </span>
      )}
    </p>
  );
}
