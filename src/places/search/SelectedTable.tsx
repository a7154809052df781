/** The selected samples in the order of selection; a row opens the inspector. */
import type { SelectedSample } from '../../services/search-export.ts';
import type { KeptSearch } from '../../state/search.ts';
import { update } from '../../state/store.ts';
import { withInspection } from '../../state/ui.ts';
import { formatCount, formatNumber } from '../../ui/format.ts';
import { type TableColumn, VirtualTable } from '../../ui/VirtualTable.tsx';
import { useSelectedSamples } from './use-search-figures.ts';
import styles from './SearchPlace.module.css';

const COLUMNS: readonly TableColumn<SelectedSample>[] = [
  { key: 'rank', header: 'Rank', width: 60, align: 'end', render: ({ rank }) => formatCount(rank) },
  {
    key: 'name',
    header: 'File',
    render: ({ name, id }) => (name === '' ? `${id.slice(0, 12)}… (not in the cohort)` : name),
  },
  {
    key: 'cluster',
    header: 'Cluster',
    width: 72,
    align: 'end',
    render: ({ cluster }) => formatCount(cluster),
  },
  {
    key: 'distance',
    header: 'Distance',
    width: 100,
    align: 'end',
    render: ({ clusterDistance }) => formatNumber(clusterDistance),
  },
  {
    key: 'weight',
    header: 'Log weight',
    width: 100,
    align: 'end',
    render: ({ logWeight }) => formatNumber(logWeight),
  },
];

const VISIBLE_ROWS_HEIGHT = 320;

/** The table with its heading. */
export function SelectedTable({ kept }: { readonly kept: KeptSearch }) {
  const rows = useSelectedSamples(kept);
  return (
    <section aria-labelledby="selected-title">
      <h2 id="selected-title" className={styles['sectionTitle']}>
        Selected samples ({formatCount(rows.length)})
      </h2>
      <VirtualTable
        caption="Selected samples in the order of selection, with cluster, its Fréchet distance and log weight"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ id }) => id}
        height={Math.min(VISIBLE_ROWS_HEIGHT, 34 + 28 * rows.length)}
        onOpen={(_row, index) => update('ui', (ui) => withInspection(ui, kept.result.selected, index))}
      />
    </section>
  );
}
