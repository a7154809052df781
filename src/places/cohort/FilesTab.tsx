/** Every file that was refused: name, code, reason, size; filtered, copied, exported. */
import { Button, CopyButton, Select, TextInput } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { saveFile } from '../../charts/export.ts';
import { createProvenance, provenanceComment } from '../../services/provenance.ts';
import type { RejectedFile } from '../../state/cohort.ts';
import { useStore } from '../../state/store.ts';
import { ERROR_CATALOGUE } from '../../ui/error-catalogue.ts';
import { formatBytes, formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import { type TableColumn, VirtualTable } from '../../ui/VirtualTable.tsx';
import styles from './CohortPlace.module.css';
import { rejectedCsv, rejectedText } from './rejected-csv.ts';

type NumberedFile = RejectedFile & { readonly number: number };

const COLUMNS: readonly TableColumn<NumberedFile>[] = [
  {
    key: 'path',
    header: 'File',
    width: 184,
    render: ({ path }) => <span title={path}>{path.slice(path.lastIndexOf('/') + 1)}</span>,
  },
  { key: 'code', header: 'Code', width: 204, render: ({ error }) => <code>{error.code}</code> },
  {
    key: 'message',
    header: 'Why it was not loaded',
    render: ({ error }) => (
      <span title={`${error.message} ${error.hint ?? ERROR_CATALOGUE[error.code].hint}`}>
        {error.message}
      </span>
    ),
  },
  { key: 'size', header: 'Size', width: 74, align: 'end', render: ({ sizeBytes }) => formatBytes(sizeBytes) },
];

async function exportCsv(files: readonly RejectedFile[]): Promise<void> {
  const head = provenanceComment(await createProvenance());
  saveFile('rejected-files.csv', new Blob([head, rejectedCsv(files)], { type: 'text/csv;charset=utf-8' }));
}

/** A row's full sentence and what to do about it, in words that can be selected. */
function Details({ file }: { readonly file: RejectedFile }) {
  const { error, path } = file;
  return (
    <Notice tone="note" title={`${ERROR_CATALOGUE[error.code].title}: ${path}`}>
      <p>{error.message}</p>
      <p>{error.hint ?? ERROR_CATALOGUE[error.code].hint}</p>
    </Notice>
  );
}

/** The table with its tools; says plainly when nothing was refused. */
export function FilesTab() {
  const rejected = useStore(({ cohort }) => cohort.rejected);
  const [text, setText] = useState('');
  const [code, setCode] = useState('all');
  const [chosen, setChosen] = useState<NumberedFile | null>(null);
  const codes = useMemo(() => [...new Set(rejected.map(({ error }) => error.code))].toSorted(), [rejected]);
  const rows = useMemo(() => {
    const part = text.trim().toLowerCase();
    return rejected
      .map((file, number) => ({ ...file, number }))
      .filter(
        ({ path, error }) => (code === 'all' || error.code === code) && path.toLowerCase().includes(part),
      );
  }, [rejected, text, code]);
  // The whole sentence of a row stands below from the start: on a small screen the table shows its first words only.
  const opened = rows.find(({ number }) => number === chosen?.number) ?? rows[0];
  if (rejected.length === 0) {
    return <p className={styles['soft']}>No file was refused since the page was loaded.</p>;
  }
  return (
    <div className={styles['files']}>
      <div className={styles['fileTools']}>
        <span aria-live="polite">
          {rows.length} of {formatCounted(rejected.length, 'refused file')}
        </span>
        <TextInput
          aria-label="Part of the refused file's name"
          placeholder="Part of the name"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          aria-label="Reason"
          data={[{ value: 'all', label: 'Every reason' }, ...codes]}
          value={code}
          onChange={(value) => setCode(value ?? 'all')}
        />
        <CopyButton value={rejectedText(rows)}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button
          variant="default"
          leftSection={<IconDownload size={14} aria-hidden />}
          onClick={() => void exportCsv(rows)}
        >
          CSV
        </Button>
      </div>
      <div className={styles['fileTable']}>
        <VirtualTable
          caption="Files that were not loaded"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ number }) => String(number)}
          onOpen={setChosen}
        />
      </div>
      {opened !== undefined && <Details file={opened} />}
    </div>
  );
}
