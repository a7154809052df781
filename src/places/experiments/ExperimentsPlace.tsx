/** The Experiments place of this version: says plainly that it runs no plans, what will be here, and what to do meanwhile. */
import { Button } from '@mantine/core';
import { IconTable } from '@tabler/icons-react';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';

/** Shown at #/experiments. */
export function ExperimentsPlace() {
  return (
    <PlaceLayout
      title="Experiments"
      next="This version does not run whole plans. Run single searches, trainings and evaluations, and export their results."
    >
      <EmptyState
        icon={<IconTable size={40} stroke={1.25} />}
        title="Not part of this version"
        actions={
          <>
            <Button component="a" href="#/search" variant="default">
              Run one search
            </Button>
            <Button component="a" href="#/evaluate" variant="default">
              Evaluate one run
            </Button>
          </>
        }
      >
        <p>
          A plan of strategies, selection sizes and seeds will run here from end to end and fill in a table,
          with the provenance of every number.
        </p>
        <p>
          Until then, every search, training and evaluation can be exported with its settings, its seed and
          the hashes of its data and models, so that runs can be compared outside the workbench.
        </p>
      </EmptyState>
    </PlaceLayout>
  );
}
