/** Says when the shown run scores images that its model was trained with: it has seen their masks. */
import { useMemo } from 'react';
import type { EvaluationRun } from '../../state/evaluate.ts';
import { formatCount, formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';

/** Nothing where there are none. */
export function TrainingOverlap({ run: { images, seenInTraining = [] } }: { readonly run: EvaluationRun }) {
  const count = useMemo(() => {
    const seen = new Set(seenInTraining);
    return images.filter(({ id }) => seen.has(id)).length;
  }, [images, seenInTraining]);
  if (count === 0) return null;
  return (
    <Notice tone="warn">
      {formatCount(count)} of {formatCounted(images.length, 'image')} were trained on or validated with when
      this model was made: their scores say nothing about images that it has not seen. Evaluate the test
      split.
    </Notice>
  );
}
