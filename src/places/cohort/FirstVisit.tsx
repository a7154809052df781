/** What the place shows while there is no sample. */
import { IconFolderOpen } from '@tabler/icons-react';
import { EmptyState } from '../../ui/EmptyState.tsx';
import styles from './CohortPlace.module.css';
import { PickButtons } from './PickButtons.tsx';

export interface FirstVisitProps {
  /** Samples of an earlier visit are on their way. */
  readonly isAwaited: boolean;
  readonly isReading: boolean;
}

/** The invitation to drop files, or what is awaited. */
export function FirstVisit({ isAwaited, isReading }: FirstVisitProps) {
  if (isAwaited || isReading) {
    return (
      <EmptyState title={isReading ? 'Reading the first files' : 'Bringing back your last cohort'}>
        {isReading
          ? 'Progress is shown along the bottom, where it can be cancelled. What was read by then is kept.'
          : 'Records and thumbnails were kept in this browser.'}
      </EmptyState>
    );
  }
  return (
    <div className={styles['zone']}>
      <EmptyState
        icon={<IconFolderOpen size={48} stroke={1.1} />}
        title="Drop a folder anywhere on this page"
        actions={<PickButtons />}
      >
        <p>
          A cohort is a folder of .npz samples: one fundus image with its disc and cup mask and the recorded
          attributes of the subject. Lists such as train.txt and test.txt are recognised by their names.
        </p>
        <p>Everything is read here, in this browser. Nothing is uploaded.</p>
        <p>
          Without files at hand, take the demo cohort: synthetic images with invented differences between
          groups, which say nothing about people.
        </p>
      </EmptyState>
    </div>
  );
}
