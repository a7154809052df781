/** A titled group of settings in a place's settings column. */
import { type ReactNode, useId } from 'react';
import styles from './SettingRow.module.css';

export interface SettingsGroupProps {
  readonly title: string;
  /** One line about the whole group, where it needs one. */
  readonly note?: string;
  readonly children: ReactNode;
}

/** Settings under a common heading. */
export function SettingsGroup({ title, note, children }: SettingsGroupProps) {
  const titleId = useId();
  return (
    <section className={styles['group']} aria-labelledby={titleId}>
      <h2 id={titleId} className={styles['groupTitle']}>
        {title}
      </h2>
      {note !== undefined && <p className={styles['note']}>{note}</p>}
      {children}
    </section>
  );
}
