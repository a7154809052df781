/** The Models place. */
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';

/** Shown at #/models. */
export function ModelsPlace() {
  return (
    <PlaceLayout title="Models" next="Load a segmenter and a feature extractor.">
      <EmptyState title="No models loaded">
        Models are loaded from this page or from files of yours; they run on this machine.
      </EmptyState>
    </PlaceLayout>
  );
}
