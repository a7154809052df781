/** The list of keys, opened with `?`. */
import { Modal } from '@mantine/core';
import { update, useStore } from '../state/store.ts';
import { KeysTable } from '../ui/KeysTable.tsx';

/** A dialog over the page with every shortcut. */
export function KeysDialog() {
  const shown = useStore((state) => state.ui.keysShown);
  return (
    <Modal
      opened={shown}
      onClose={() => update('ui', (ui) => ({ ...ui, keysShown: false }))}
      title="Keys"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <KeysTable />
    </Modal>
  );
}
