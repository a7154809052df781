/** A button whose action takes time: while it is under way the button turns and does nothing, but keeps the focus of whoever pressed it. */
import { Button, type ButtonProps, Loader } from '@mantine/core';
import type { ReactNode } from 'react';

export interface BusyButtonProps extends Pick<ButtonProps, 'variant' | 'size' | 'disabled'> {
  readonly icon?: ReactNode;
  readonly isBusy: boolean;
  readonly onClick: () => void;
  /** Id of the text that says why it is disabled. */
  readonly blockedBy?: string | undefined;
  readonly children: string;
}

/** The button. Its icon gives way to the loader, so that its width stays. */
export function BusyButton({ icon, isBusy, onClick, blockedBy, children, ...looks }: BusyButtonProps) {
  return (
    <Button
      {...looks}
      leftSection={isBusy ? <Loader size={16} color="currentColor" aria-hidden /> : icon}
      onClick={isBusy ? undefined : onClick}
      // Not `disabled`: a button that becomes so while it is in focus loses it.
      aria-disabled={isBusy}
      data-disabled={isBusy}
      aria-describedby={blockedBy}
    >
      {children}
    </Button>
  );
}
