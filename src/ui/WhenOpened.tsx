/** Mounts a dialog or drawer, whose code may be loaded lazily, the first time it is opened, and keeps it from then on. */
import { useMounted } from '@mantine/hooks';
import { type ReactNode, Suspense, useState } from 'react';

export interface WhenOpenedProps {
  readonly opened: boolean;
  /** Renders the dialog, opened or not. */
  readonly children: (opened: boolean) => ReactNode;
}

/** Mounted closed and opened right after: a dialog only gives the focus back when it has seen itself open. */
function MountedClosed({ opened, children }: WhenOpenedProps) {
  const isMounted = useMounted();
  return children(opened && isMounted);
}

/** Nothing at all before it was opened once. */
export function WhenOpened({ opened, children }: WhenOpenedProps) {
  const [wasOpened, setWasOpened] = useState(opened);
  if (opened && !wasOpened) setWasOpened(true);
  if (!wasOpened) return null;
  return (
    <Suspense fallback={null}>
      <MountedClosed opened={opened}>{children}</MountedClosed>
    </Suspense>
  );
}
