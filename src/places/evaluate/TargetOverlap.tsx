/** Says when images of the shown run were the target of the shown search: their scores are not independent of its selection. */
import { useMemo } from 'react';
import type { EvaluationRun } from '../../state/evaluate.ts';
import { shownSearchOf } from '../../state/search.ts';
import { useStore } from '../../state/store.ts';
import { formatCount, formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';

/** Nothing where the two have no image in common. */
export function TargetOverlap({ run }: { readonly run: EvaluationRun }) {
  const search = useStore((state) => shownSearchOf(state.search));
  const sharedCount = useMemo(() => {
    const target = new Set(search?.target);
    return run.images.filter(({ id }) => target.has(id)).length;
  }, [run.images, search?.target]);
  if (search === undefined || sharedCount === 0) return null;
  return (
    <Notice tone="warn">
      {formatCount(sharedCount)} of {formatCounted(run.images.length, 'image')} are target images of the
      search &quot;{search.name}&quot;. A model trained on its selection has been helped by them: hold out
      half of the target in Search, and evaluate on the rest.
    </Notice>
  );
}
