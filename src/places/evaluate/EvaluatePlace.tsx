/** The Evaluate place. */
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';

/** Shown at #/evaluate. */
export function EvaluatePlace() {
  return (
    <PlaceLayout title="Evaluate" next="Load a cohort first; then run a segmenter over its test split.">
      <EmptyState title="Nothing evaluated yet">
        Dice and IoU of rim, cup and disc by group, with intervals and equity-scaled scores.
      </EmptyState>
    </PlaceLayout>
  );
}
