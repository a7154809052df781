/** Which runs and selections contain the sample, with what they say of it. */
import { Anchor } from '@mantine/core';
import type { SampleMembership } from '../../services/sample-memberships.ts';
import styles from './Inspector.module.css';

const KIND_WORDS = { run: 'Run', selection: 'Selection' } as const;

/** Says so when there are none. */
export function InspectorMemberships({ memberships }: { readonly memberships: readonly SampleMembership[] }) {
  return (
    <section aria-labelledby="inspector-memberships">
      <h4 id="inspector-memberships">Runs and selections</h4>
      {memberships.length === 0 ? (
        <p className={styles['soft']}>In no selection of a search and in no run of an evaluation yet.</p>
      ) : (
        <ul className={styles['memberships']}>
          {memberships.map(({ kind, id, label, href, metrics = [] }) => (
            <li key={`${kind} ${id}`}>
              {KIND_WORDS[kind]}: <Anchor href={href}>{label}</Anchor>
              {metrics.length > 0 && (
                <span className={styles['soft']}>
                  {' '}
                  {metrics.map((metric) => `${metric.label} ${metric.text}`).join(', ')}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
