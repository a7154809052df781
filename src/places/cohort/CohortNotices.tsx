/** What the person must know before going on: files that are not at hand, storage that will not last. */
import { Button } from '@mantine/core';
import { IconFolderOpen } from '@tabler/icons-react';
import { useState } from 'react';
import { reopenCohortFolders } from '../../services/cohort.ts';
import { useStore } from '../../state/store.ts';
import { formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import styles from './CohortPlace.module.css';

function Reattach({ count }: { readonly count: number }) {
  const folders = useStore(({ cohort }) => cohort.storage.folders);
  const [isRefused, setIsRefused] = useState(false);
  return (
    <Notice
      tone="warn"
      title={`${formatCounted(count, 'subject')} from an earlier visit without an open file`}
    >
      <p>
        Records and thumbnails are here; pixels are needed to compute anything. Drop the same folder on the
        page: files are matched by name, size and content.
      </p>
      {isRefused && <p>The browser did not get permission. Try again, or drop the folder.</p>}
      {folders.length > 0 && (
        <div className={styles['noticeActions']}>
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconFolderOpen size={15} aria-hidden />}
            onClick={() => void reopenCohortFolders().then((isOpen) => setIsRefused(!isOpen))}
          >
            Open {folders.join(', ')} again
          </Button>
        </div>
      )}
    </Notice>
  );
}

/** Nothing at all in the usual case. */
export function CohortNotices() {
  const waitingCount = useStore(({ cohort }) => cohort.withoutFile.size);
  const persistent = useStore(({ cohort }) => cohort.storage.persistent);
  const isReading = useStore(({ jobs }) => jobs.running.some(({ place }) => place === 'cohort'));
  const hasRecords = useStore(({ cohort }) => cohort.records.length > 0);
  return (
    <>
      {waitingCount > 0 && !isReading && <Reattach count={waitingCount} />}
      {persistent === false && hasRecords && (
        <Notice tone="note">
          This browser gives the page no storage (a private window, or the workbench is open in another tab):
          the cohort is gone when the page is closed.
        </Notice>
      )}
    </>
  );
}
