/** A warning or a plain note, in place: beside the number or the control it is about. */
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './Notice.module.css';

export interface NoticeProps {
  readonly tone: 'note' | 'warn';
  readonly title?: string;
  readonly children: ReactNode;
}

/** Says something about what is beside it. Warnings differ by icon and word, not only by colour. */
export function Notice({ tone, title, children }: NoticeProps) {
  const Icon = tone === 'warn' ? IconAlertTriangle : IconInfoCircle;
  return (
    <div role="note" className={styles['notice']} data-tone={tone}>
      <Icon size={18} stroke={1.75} aria-hidden className={styles['icon']} />
      <div className={styles['body']}>
        <span className="visually-hidden">{tone === 'warn' ? 'Warning: ' : 'Note: '}</span>
        {title !== undefined && <p className={styles['title']}>{title}</p>}
        <div>{children}</div>
      </div>
    </div>
  );
}
