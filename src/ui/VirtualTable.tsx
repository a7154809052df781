/** A real table of any length: only the rows in view exist, and assistive technology is told how many there are. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { stepRow } from './table-keys.ts';
import styles from './VirtualTable.module.css';

export interface TableColumn<Row> {
  readonly key: string;
  readonly header: string;
  /** Width in pixels; one column may leave it out and takes the rest. */
  readonly width?: number;
  /** Numbers are right-aligned. */
  readonly align?: 'start' | 'end';
  readonly render: (row: Row) => ReactNode;
}

export interface VirtualTableProps<Row> {
  /** What the table lists; its accessible name. */
  readonly caption: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Enter or a click on a row. */
  readonly onOpen?: (row: Row, index: number) => void;
  /** Height of the scrolled area in pixels; the parent's whole height if left out. */
  readonly height?: number;
}

const ROW_HEIGHT = 28;
/** Of a column that takes the rest: where there is less, the table scrolls sideways. */
const LEAST_REST = 140;

/** Arrow keys, Page Up and Down, Home and End move the current row; Enter opens it. */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { caption, columns, rows, rowKey, onOpen, height } = props;
  const scroller = useRef<HTMLElement>(null);
  const [current, setCurrent] = useState(-1);
  // The React Compiler is not in use; without it nothing is memoized that this hook would make stale.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);

  const leastWidth = columns.reduce((sum, { width = LEAST_REST }) => sum + width, 0);

  function onKeyDown(event: KeyboardEvent): void {
    const opened = rows[current];
    if (event.key === 'Enter' && opened !== undefined) onOpen?.(opened, current);
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const next = stepRow(event.key, current, rows.length, pageRows);
    if (next === undefined) return;
    event.preventDefault();
    setCurrent(next);
    virtualizer.scrollToIndex(next);
  }

  return (
    // The region hears the keys that move the current row; a scrolled region must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={scroller}
      className={styles['scroller']}
      style={{ height: height ?? '100%' }}
      aria-label={caption}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <table className={styles['table']} style={{ minWidth: leastWidth }} aria-rowcount={rows.length + 1}>
        <caption className="visually-hidden">{caption}</caption>
        <colgroup>
          {columns.map(({ key, width }) => (
            <col key={key} style={width === undefined ? {} : { width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ key, header, align = 'start' }) => (
              <th key={key} scope="col" data-align={align}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <Filler height={before} />}
          {items.map(({ index }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <tr
                key={rowKey(row)}
                aria-rowindex={index + 2}
                aria-current={index === current || undefined}
                data-current={index === current || undefined}
                data-opens={onOpen !== undefined || undefined}
                onClick={() => {
                  setCurrent(index);
                  onOpen?.(row, index);
                }}
              >
                {columns.map(({ key, align = 'start', render }) => (
                  <td key={key} data-align={align}>
                    {render(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <Filler height={after} />}
        </tbody>
      </table>
    </section>
  );
}

/** Holds the place of the rows out of view. */
function Filler({ height }: { readonly height: number }) {
  return <tr role="presentation" style={{ height }} />;
}
