/** The Search place. */
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';

/** Shown at #/search. */
export function SearchPlace() {
  return (
    <PlaceLayout
      title="Search"
      next="Load a cohort first; then choose a target group and search the pool for it."
    >
      <EmptyState title="Nothing searched yet">
        A search ranks clusters of the pool by their distance to a target group and selects a training set.
      </EmptyState>
    </PlaceLayout>
  );
}
