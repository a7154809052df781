/** All kept searches side by side; a row shows that result. */
import { Button } from '@mantine/core';
import { showSearch, undoDelete } from '../../services/search.ts';
import type { KeptSearch } from '../../state/search.ts';
import { useStore } from '../../state/store.ts';
import { formatCount, formatNumber } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import { type TableColumn, VirtualTable } from '../../ui/VirtualTable.tsx';
import styles from './SearchPlace.module.css';

type Row = KeptSearch & { readonly isShown: boolean };

const number = (
  header: string,
  key: string,
  width: number,
  valueOf: (row: Row) => string,
): TableColumn<Row> => ({
  key,
  header,
  width,
  align: 'end',
  render: valueOf,
});

const COLUMNS: readonly TableColumn<Row>[] = [
  {
    key: 'name',
    header: 'Selection',
    render: ({ name, isShown }) => <span title={name}>{isShown ? <strong>{name}</strong> : name}</span>,
  },
  { key: 'strategy', header: 'Strategy', width: 80, render: ({ settings }) => settings.strategy },
  number('N', 'n', 48, ({ result }) => formatCount(result.selected.length)),
  number('Target n', 'target', 74, ({ target }) => formatCount(target.length)),
  number('FD', 'fd', 74, ({ result }) => formatNumber(result.selectionDistance)),
  number('Random', 'random', 74, ({ result }) => formatNumber(result.drawComparison?.mean)),
  number('z', 'z', 62, ({ result }) => formatNumber(result.drawComparison?.zScore, 3)),
];

const MOST_ROWS = 6;

/** The list, with the way back for what was deleted last. */
export function KeptSearches() {
  const kept = useStore((state) => state.search.kept);
  const shownId = useStore((state) => state.search.shownId);
  const deleted = useStore((state) => state.search.deleted);
  const rows = kept.map((one) => ({ ...one, isShown: one.id === shownId }));
  return (
    <section aria-labelledby="kept-title">
      <h2 id="kept-title" className={styles['sectionTitle']}>
        Searches to compare ({formatCount(kept.length)})
      </h2>
      {deleted !== null && (
        <Notice tone="note">
          “{deleted.name}” was deleted.{' '}
          <Button variant="default" size="compact-xs" onClick={undoDelete}>
            Undo
          </Button>
        </Notice>
      )}
      {rows.length > 0 && (
        <VirtualTable
          caption="Kept searches; open one to show its result"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ id }) => id}
          height={34 + 28 * Math.min(MOST_ROWS, rows.length)}
          onOpen={({ id }) => showSearch(id)}
        />
      )}
      <p className={styles['tableNote']}>
        FD: Fréchet distance of the selection to its target; Random: mean of the random draws. Compare rows of
        the same N, target and extractor only.
      </p>
    </section>
  );
}
