/** What a place shows before it has something to show: what will be here and what to do next. */
import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

export interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  /** What to do next, or what will be here. */
  readonly children: ReactNode;
  /** Links or secondary actions; the primary one belongs to the place header. */
  readonly actions?: ReactNode;
}

/** A centred message with an icon. */
export function EmptyState({ icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className={styles['empty']}>
      {icon !== undefined && (
        <div className={styles['icon']} aria-hidden>
          {icon}
        </div>
      )}
      <h2 className={styles['title']}>{title}</h2>
      <div className={styles['text']}>{children}</div>
      {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
    </div>
  );
}
