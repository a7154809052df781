/** Mounts a dialog or drawer, whose code may be loaded lazily, the first time it is opened, and keeps it from then on. */
import { useMounted } from '@mantine/hooks';
import { type ReactNode, Suspense, useState } from 'react';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { ErrorNotice } from './ErrorNotice.tsx';
import styles from './Notice.module.css';

export interface WhenOpenedProps {
  readonly opened: boolean;
  /** Closes it where it could not be loaded and has no way of its own. */
  readonly onClose: () => void;
  /** Renders the dialog, opened or not. */
  readonly children: (opened: boolean) => ReactNode;
}

/** Mounted closed and opened right after: a dialog only gives the focus back when it has seen itself open. */
function MountedClosed({ opened, children }: Omit<WhenOpenedProps, 'onClose'>) {
  const isMounted = useMounted();
  return children(opened && isMounted);
}

/** Nothing at all before it was opened once; a notice in its place where its code cannot be loaded. */
export function WhenOpened({ opened, onClose, children }: WhenOpenedProps) {
  const [wasOpened, setWasOpened] = useState(opened);
  if (opened && !wasOpened) setWasOpened(true);
  if (!wasOpened) return null;
  return (
    <ErrorBoundary
      renderFailure={(error, retry) =>
        opened && (
          <div className={styles['floating']}>
            <ErrorNotice error={error} onRetry={retry} onClose={onClose} />
          </div>
        )
      }
    >
      <Suspense fallback={null}>
        <MountedClosed opened={opened}>{children}</MountedClosed>
      </Suspense>
    </ErrorBoundary>
  );
}
