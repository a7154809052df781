/** What of a run could not be scored: failed images, rejected files, files without a sample. Nothing is dropped silently. */
import { useMemo } from 'react';
import type { EvaluationRun, RunFailure } from '../../state/evaluate.ts';
import { ERROR_CATALOGUE } from '../../ui/error-catalogue.ts';
import { formatCounted } from '../../ui/format.ts';
import { type TableColumn, VirtualTable } from '../../ui/VirtualTable.tsx';
import styles from './EvaluatePlace.module.css';

const COLUMNS: readonly TableColumn<RunFailure>[] = [
  { key: 'name', header: 'File or image', width: 240, render: ({ name }) => name },
  { key: 'code', header: 'Code', width: 210, render: ({ error }) => error.code },
  {
    key: 'message',
    header: 'What happened and what to do',
    render: ({ error }) => {
      const text = `${error.message} ${error.hint ?? ERROR_CATALOGUE[error.code].hint}`;
      return <span title={text}>{text}</span>;
    },
  },
];

/** Nothing for a run without problems. */
export function RunProblems({ run }: { readonly run: EvaluationRun }) {
  const { failures, unmatched } = run;
  const rows = useMemo(() => [...failures, ...unmatched], [failures, unmatched]);
  if (rows.length === 0) return null;
  return (
    <section className={styles['card']} aria-labelledby="problems-title">
      <h3 id="problems-title" className={styles['cardTitle']}>
        Not scored:{' '}
        {formatCounted(failures.length, run.source.kind === 'files' ? 'rejected file' : 'failed image')}
        {run.source.kind === 'files' && `, ${formatCounted(unmatched.length, 'unmatched file')}`}
      </h3>
      <p className={styles['small']}>
        These count in no mean; they are rows of the exported CSV with their code.
      </p>
      <VirtualTable
        caption="Images and files that were not scored"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ name, error }) => `${name} ${error.code}`}
        height={Math.min(260, 32 + 28 * rows.length + 4)}
      />
    </section>
  );
}
