/** The list of keys, opened with `?`. */
import { Modal } from '@mantine/core';
import { update } from '../state/store.ts';
import { KeysTable } from '../ui/KeysTable.tsx';

/** A dialog over the page with every shortcut. */
export function KeysDialog({ opened }: { readonly opened: boolean }) {
  return (
    <Modal
      opened={opened}
      onClose={() => update('ui', (ui) => ({ ...ui, keysShown: false }))}
      title="Keys"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <KeysTable />
    </Modal>
  );
}
