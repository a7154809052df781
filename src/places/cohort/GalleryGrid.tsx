/** A virtual grid of thumbnails: only rows in view exist and are used again, only thumbnails in view are fetched. Arrows move, Enter opens. */
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useId, useRef, useState } from 'react';
import { update } from '../../state/store.ts';
import { withInspection } from '../../state/ui.ts';
import { formatCount } from '../../ui/format.ts';
import { stepCell } from './grid-keys.ts';
import styles from './Gallery.module.css';
import { ThumbnailCell } from './ThumbnailCell.tsx';
import { useGallery } from './use-gallery.ts';
import { thumbnails } from './use-thumbnail.ts';

/** Room for the longest line, that of a subject without a split. */
const CELL_WIDTH = 128;
const ROW_HEIGHT = 160;
/** Rows fetched ahead in either direction. */
const ROWS_AHEAD = 2;

/** Expects at least one sample. */
export function GalleryGrid() {
  const { records, order, ids, splits, groupOf, overlayOpacity } = useGallery();
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: sizeRef, width, height } = useElementSize<HTMLDivElement>();
  const [current, setCurrent] = useState(0);
  const columnCount = Math.max(1, Math.floor(width / CELL_WIDTH));
  const rowCount = Math.ceil(order.length / columnCount);
  // The React Compiler is not in use; without it nothing is memoized that this hook would make stale.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: ROWS_AHEAD,
  });
  // Always as many rows, so that one that leaves the view is used again for one that comes: a canvas that dies costs the page's
  // thread more than a new picture in it.
  const shownCount = Math.min(rowCount, Math.ceil(height / ROW_HEIGHT) + 1 + 2 * ROWS_AHEAD);
  const firstRow = Math.min(virtualizer.getVirtualItems()[0]?.index ?? 0, rowCount - shownCount);
  const rows = Array.from({ length: shownCount }, (_, shown) => firstRow + shown);
  const first = firstRow * columnCount;
  const end = Math.min(order.length, first + shownCount * columnCount);
  const active = Math.min(current, order.length - 1);

  useEffect(() => thumbnails.want(ids.slice(first, end)), [ids, first, end]);

  const open = useCallback(
    (index: number) => {
      setCurrent(index);
      update('ui', (ui) => withInspection(ui, ids, index));
    },
    [ids],
  );

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Enter') {
      event.preventDefault();
      return open(active);
    }
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT));
    const next = stepCell(event.key, active, order.length, columnCount, pageRows);
    if (next === undefined) return;
    event.preventDefault();
    setCurrent(next);
    virtualizer.scrollToIndex(Math.floor(next / columnCount));
  }

  return (
    <div
      ref={useMergedRef(scroller, sizeRef)}
      className={styles['scroller']}
      role="grid"
      aria-label={`${formatCount(order.length)} images. Arrow keys move, Enter opens.`}
      aria-rowcount={rowCount}
      aria-colcount={columnCount}
      aria-activedescendant={`${gridId}-${active}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" className={styles['space']} style={{ height: virtualizer.getTotalSize() }}>
        {rows.map((row) => (
          <div
            key={row % shownCount}
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
            role="row"
            aria-rowindex={row + 1}
            className={styles['row']}
            style={{
              transform: `translateY(${row * ROW_HEIGHT}px)`,
              gridTemplateColumns: `repeat(${columnCount}, 1fr)`,
            }}
          >
            {Array.from({ length: columnCount }, (_, columnIndex) => {
              const place = row * columnCount + columnIndex;
              const index = order[place];
              const record = index === undefined ? undefined : records[index];
              if (index === undefined || record === undefined) return null;
              return (
                <ThumbnailCell
                  key={columnIndex}
                  cellId={`${gridId}-${place}`}
                  record={record}
                  split={splits[index] ?? 'unassigned'}
                  group={groupOf(index)}
                  columnIndex={columnIndex}
                  isCurrent={place === active}
                  overlayOpacity={overlayOpacity}
                  index={place}
                  onOpen={open}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}
