/** A count of names that opens into the names, and copies them all. */
import { Button, CopyButton } from '@mantine/core';
import { formatCount } from '../../ui/format.ts';
import styles from './CohortPlace.module.css';

const SHOWN = 50;

/** Folded; the first names when opened. */
export function NameList({
  summary,
  names,
}: {
  readonly summary: string;
  readonly names: readonly string[];
}) {
  return (
    <details className={styles['names']}>
      <summary>{summary}</summary>
      <ul>
        {names.slice(0, SHOWN).map((name) => (
          <li key={name}>{name}</li>
        ))}
        {names.length > SHOWN && <li>and {formatCount(names.length - SHOWN)} more</li>}
      </ul>
      <CopyButton value={names.join('\n')}>
        {({ copied, copy }) => (
          <Button variant="subtle" size="compact-xs" onClick={copy}>
            {copied ? 'Copied' : 'Copy all names'}
          </Button>
        )}
      </CopyButton>
    </details>
  );
}
