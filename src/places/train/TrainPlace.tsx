/** The Train place of this version: says plainly that it does not train, what will be here, and what to do meanwhile. */
import { Button } from '@mantine/core';
import { IconActivity } from '@tabler/icons-react';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';

/** Shown at #/train. */
export function TrainPlace() {
  return (
    <PlaceLayout
      title="Train"
      next="This version does not train models. Export your selection from Search and train with it elsewhere."
    >
      <EmptyState
        icon={<IconActivity size={40} stroke={1.25} />}
        title="Not part of this version"
        actions={
          <>
            <Button component="a" href="#/search" variant="default">
              Go to the selection in Search
            </Button>
            <Button component="a" href="#/evaluate" variant="default">
              Evaluate predictions
            </Button>
          </>
        }
      >
        <p>
          SAMed with LoRA adapters will be fine-tuned here on a searched subset, plain or with a fairness
          method such as fair error-bound scaling, with the loss of every group while it runs.
        </p>
        <p>
          Until then: export the selected list (txt, CSV or JSON) in Search, train outside the workbench, and
          drop the predicted masks in Evaluate.
        </p>
      </EmptyState>
    </PlaceLayout>
  );
}
