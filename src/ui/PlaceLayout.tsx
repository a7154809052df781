/** The frame of a place: header, settings in a column that scrolls by itself, results in the rest. */
import type { ReactNode } from 'react';
import { PlaceHeader, type PlaceHeaderProps } from './PlaceHeader.tsx';
import styles from './PlaceLayout.module.css';

export interface PlaceLayoutProps extends PlaceHeaderProps {
  /** The settings column; a place without settings has none. */
  readonly settings?: ReactNode;
  /** Results. They scroll by themselves. */
  readonly children: ReactNode;
}

/** Header above settings and results. Both columns can be scrolled with the keyboard. */
export function PlaceLayout({ settings, children, ...header }: PlaceLayoutProps) {
  return (
    <div className={styles['place']}>
      <PlaceHeader {...header} />
      <div className={styles['columns']}>
        {settings !== undefined && (
          // A region that scrolls must be reachable by keyboard, also when nothing inside it can take the focus.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <section className={styles['settings']} aria-label="Settings" tabIndex={0}>
            {settings}
          </section>
        )}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <section className={styles['results']} aria-label="Results" tabIndex={0}>
          {children}
        </section>
      </div>
    </div>
  );
}
