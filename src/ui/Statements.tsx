/** The main numbers of a result, side by side, each with what it means. */
import type { ReactNode } from 'react';
import styles from './Statements.module.css';

export interface StatementProps {
  readonly title: string;
  readonly value: string;
  /** What it is compared with, or how sure it is. */
  readonly children: ReactNode;
}

/** One number. */
export function Statement({ title, value, children }: StatementProps) {
  return (
    <section className={styles['statement']} aria-label={title}>
      <h3>{title}</h3>
      <p className={styles['value']}>{value}</p>
      <p>{children}</p>
    </section>
  );
}

/** The row of them. */
export function Statements({ children }: { readonly children: ReactNode }) {
  return (
    <section className={styles['statements']} aria-label="Main numbers">
      {children}
    </section>
  );
}
