/** The Cohort place. */
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';

/** Shown at #/cohort. */
export function CohortPlace() {
  return (
    <PlaceLayout title="Cohort" next="Start here: drop a folder of .npz files anywhere on the page.">
      <EmptyState title="No samples yet">
        A cohort is a folder of .npz samples: one fundus image with its disc and cup mask and the recorded
        attributes of the subject.
      </EmptyState>
    </PlaceLayout>
  );
}
