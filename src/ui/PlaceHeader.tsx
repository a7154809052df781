/** Head of a place: its title, one sentence that says what to do next, and the place's one primary action. */
import type { ReactNode } from 'react';
import { BusyButton } from './BusyButton.tsx';
import styles from './PlaceHeader.module.css';

export interface PrimaryAction {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly onClick: () => void;
  /** Why the action cannot be taken now; shown to everybody, because a disabled button alone explains nothing. */
  readonly blockedBecause?: string | undefined;
  /** The action's job is running. */
  readonly busy?: boolean;
}

export interface PlaceHeaderProps {
  readonly title: string;
  /** One sentence, derived from the present state. */
  readonly next: string;
  readonly action?: PrimaryAction;
}

/** Title, next step and primary action. The title takes the focus when a person comes to the place. */
export function PlaceHeader({ title, next, action }: PlaceHeaderProps) {
  return (
    <header className={styles['header']}>
      <div className={styles['words']}>
        <h1 className={styles['title']} tabIndex={-1} data-place-title>
          {title}
        </h1>
        <p className={styles['next']}>{next}</p>
      </div>
      {action && (
        <div className={styles['action']}>
          {action.blockedBecause !== undefined && (
            <span id="primary-action-blocked" className={styles['blocked']}>
              {action.blockedBecause}
            </span>
          )}
          <BusyButton
            size="sm"
            icon={action.icon}
            isBusy={action.busy ?? false}
            onClick={action.onClick}
            disabled={action.blockedBecause !== undefined}
            blockedBy={action.blockedBecause === undefined ? undefined : 'primary-action-blocked'}
          >
            {action.label}
          </BusyButton>
        </div>
      )}
    </header>
  );
}
