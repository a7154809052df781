/** What this machine keeps for the workbench, and the button that deletes it, which asks once. */
import { Button, Group, Modal } from '@mantine/core';
import { useEffect, useState } from 'react';
import { type SerializedError, serializeError } from '../../../core/errors.ts';
import { deleteStoredData, inspectStoredData, type StoredData } from '../../services/stored-data.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { formatBytes, formatCounted } from '../../ui/format.ts';
import styles from './PrivacyPlace.module.css';

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

function StoredFacts({ stored }: { readonly stored: StoredData }) {
  const { usedBytes, quotaBytes, folders, databases, preferenceCount, offlineCopies } = stored;
  return (
    <dl className={styles['facts']}>
      <dt>Space used at this address, other pages of it included</dt>
      <dd>
        {formatBytes(usedBytes)} of {formatBytes(quotaBytes)} that the browser would allow
      </dd>
      <dt>Private files (sample records, thumbnails, predicted masks, features, models, downloads)</dt>
      <dd>{listed(folders)}</dd>
      <dt>Databases (folder handles, searches, evaluation runs)</dt>
      <dd>{listed(databases)}</dd>
      <dt>Preferences</dt>
      <dd>{formatCounted(preferenceCount, 'entry', 'entries')}</dd>
      <dt>Copy of the page itself, to work offline</dt>
      <dd>{listed(offlineCopies)}</dd>
    </dl>
  );
}

function DeleteDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const [error, setError] = useState<SerializedError | null>(null);
  const [deleting, setDeleting] = useState(false);
  async function deleteAll(): Promise<void> {
    setDeleting(true);
    try {
      await deleteStoredData();
      window.location.reload();
    } catch (caught) {
      setError(serializeError(caught));
      setDeleting(false);
    }
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Delete everything stored here?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p>
        All jobs are stopped. Samples, thumbnails, features, models, trainings, downloads, results and
        preferences of the workbench are removed from this browser, and the page is loaded anew. Your own
        files are not touched, nor is what other pages at this address keep. This cannot be undone.
      </p>
      {error !== null && <ErrorNotice error={error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          Keep
        </Button>
        <Button color="red" loading={deleting} onClick={() => void deleteAll()}>
          Delete everything
        </Button>
      </Group>
    </Modal>
  );
}

/** The stored data and its deletion. */
export function StoredDataPanel() {
  const [stored, setStored] = useState<StoredData | null>(null);
  const [error, setError] = useState<SerializedError | null>(null);
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    inspectStoredData().then(setStored, (caught: unknown) => setError(serializeError(caught)));
  }, []);
  return (
    <section className={styles['card']} aria-labelledby="stored-title">
      <div className={styles['cardHead']}>
        <h2 id="stored-title">Stored on this machine</h2>
        <Button variant="default" size="compact-xs" onClick={() => setAsking(true)}>
          Delete everything…
        </Button>
      </div>
      {error !== null && <ErrorNotice error={error} />}
      {stored !== null && <StoredFacts stored={stored} />}
      <DeleteDialog opened={asking} onClose={() => setAsking(false)} />
    </section>
  );
}
