/** The requests of the ledger as a table, virtual because a model or a cohort can cause thousands. */
import type { LedgerEntry } from '../../services/request-ledger.ts';
import { formatBytes } from '../../ui/format.ts';
import { type TableColumn, VirtualTable } from '../../ui/VirtualTable.tsx';

type NumberedEntry = LedgerEntry & { readonly number: number };

const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** The browser reports 0 for what its cache or the service worker answered, and for other origins that do not allow the size to be told. */
function networkSize({ sizeBytes, foreign }: LedgerEntry): string {
  if (sizeBytes > 0) return formatBytes(sizeBytes);
  return foreign ? 'size not told' : 'from cache';
}

/** The address without this page's own origin, which would only push the telling part out of view. */
function shortUrl(entry: LedgerEntry): string {
  return entry.foreign ? entry.url : entry.url.replace(window.location.origin, '');
}

const COLUMNS: readonly TableColumn<NumberedEntry>[] = [
  { key: 'time', header: 'Time', width: 84, render: (entry) => TIME.format(entry.startedMs) },
  { key: 'thread', header: 'Thread', width: 110, render: (entry) => entry.thread },
  { key: 'url', header: 'Address', render: (entry) => <span title={entry.url}>{shortUrl(entry)}</span> },
  {
    key: 'origin',
    header: 'Origin',
    width: 100,
    render: (entry) => (entry.foreign ? 'another' : 'this page'),
  },
  { key: 'initiator', header: 'Asked by', width: 100, render: (entry) => entry.initiator },
  {
    key: 'size',
    header: 'Over the network',
    width: 130,
    align: 'end',
    render: networkSize,
  },
];

/** Oldest first. */
export function LedgerTable({ entries }: { readonly entries: readonly LedgerEntry[] }) {
  const rows = entries.map((entry, number) => ({ ...entry, number }));
  return (
    <VirtualTable
      caption="Requests since the page was loaded"
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => String(row.number)}
      height={320}
    />
  );
}
