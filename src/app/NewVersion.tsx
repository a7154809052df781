/** Says that the host has a newer version of the page, and gets it on a click. Above what stands there always, so that nothing moves. */
import { Tooltip } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useStore } from '../state/store.ts';
import styles from './Rail.module.css';

/** Nothing while the page is of the newest version that is known. */
export function NewVersion({ collapsed }: { readonly collapsed: boolean }) {
  const isReady = useStore((state) => state.ui.newVersionReady);
  if (!isReady) return null;
  return (
    <Tooltip
      label="A new version of the page is ready. Reloading gets it: running jobs stop, what was kept stays."
      position="right"
    >
      <button type="button" className={styles['device']} data-acts onClick={() => window.location.reload()}>
        <IconRefresh size={20} stroke={1.6} aria-hidden />
        <span className={collapsed ? 'visually-hidden' : styles['deviceWords']}>
          <span className={styles['deviceName']}>New version</span>
          <span className={styles['deviceNote']}>reload to get it</span>
        </span>
      </button>
    </Tooltip>
  );
}
