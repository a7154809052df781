/** Asks once before the cohort is cleared. */
import { Button, Group, Modal } from '@mantine/core';
import { useState } from 'react';
import { type SerializedError, serializeError } from '../../../core/errors.ts';
import { clearCohort } from '../../services/cohort.ts';
import { useStore } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { formatCounted } from '../../ui/format.ts';

/** The question, with what is lost and what is not. */
export function ClearDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const count = useStore(({ cohort }) => cohort.records.length);
  const [isClearing, setIsClearing] = useState(false);
  const [error, setError] = useState<SerializedError | null>(null);
  async function clear(): Promise<void> {
    setIsClearing(true);
    try {
      await clearCohort();
      onClose();
    } catch (caught) {
      setError(serializeError(caught));
    } finally {
      setIsClearing(false);
    }
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Clear the cohort?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p>
        {formatCounted(count, 'subject')}, the split lists, the filter and the derived groups are removed from
        this browser; what is being read is stopped. Your own files are not touched. To get them back, drop
        the folder again.
      </p>
      {error !== null && <ErrorNotice error={error} />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          Keep
        </Button>
        <Button color="red" loading={isClearing} onClick={() => void clear()}>
          Clear
        </Button>
      </Group>
    </Modal>
  );
}
