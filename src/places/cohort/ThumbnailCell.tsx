/** A cell of the gallery with one sample: thumbnail with the truth's contour, name, group, split and cup-to-disc ratio. */
import { memo, useEffect, useRef } from 'react';
import type { SampleRecord, Split } from '../../../core/cohort/sample.ts';
import { THUMBNAIL_SIDE } from '../../../workers/api/data.ts';
import { areaCupDiscRatio } from '../../state/cohort-selectors.ts';
import { TRUTH_CONTOUR } from '../../ui/palette.ts';
import styles from './Gallery.module.css';
import { formatRatio } from './words.ts';
import { paintImage } from './paint.ts';
import { useThumbnail } from './use-thumbnail.ts';

export interface ThumbnailCellProps {
  readonly cellId: string;
  readonly record: SampleRecord;
  readonly split: Split;
  /** Label of the sample's group in the grouping of the gallery. */
  readonly group: string;
  readonly columnIndex: number;
  readonly isCurrent: boolean;
  /** 0 draws no contour. */
  readonly overlayOpacity: number;
  readonly index: number;
  readonly onOpen: (index: number) => void;
}

/** Its text is its name: "data_0017 Race: Asian train · C/D 0.31". */
export const ThumbnailCell = memo(function ThumbnailCell(props: ThumbnailCellProps) {
  const { cellId, record, split, group, columnIndex, isCurrent, overlayOpacity, index, onOpen } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const isPainted = useRef(false);
  const thumbnail = useThumbnail(record.id);
  const ratio = formatRatio(areaCupDiscRatio(record));

  useEffect(() => {
    // A new canvas is clear: only one that showed another sample needs to forget it.
    if (thumbnail === undefined && !isPainted.current) return;
    // What this asks for is a canvas in memory: a hundred small ones would each be a texture of the GPU.
    const context = canvas.current?.getContext('2d', { willReadFrequently: true });
    if (!context) return;
    isPainted.current = thumbnail !== undefined;
    if (thumbnail === undefined) {
      context.clearRect(0, 0, THUMBNAIL_SIDE, THUMBNAIL_SIDE);
      return;
    }
    const overlays =
      overlayOpacity === 0 ? [] : [{ mask: thumbnail.mask, color: TRUTH_CONTOUR, opacity: overlayOpacity }];
    const rgba = paintImage(thumbnail.image, THUMBNAIL_SIDE, THUMBNAIL_SIDE, overlays);
    context.putImageData(new ImageData(rgba, THUMBNAIL_SIDE, THUMBNAIL_SIDE), 0, 0);
  }, [thumbnail, overlayOpacity]);

  return (
    // Keys are heard by the grid, which has the focus and names this cell as its active descendant.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={cellId}
      // A virtual grid places its rows by itself, which table rows do not allow.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="gridcell"
      aria-colindex={columnIndex + 1}
      aria-selected={isCurrent}
      className={styles['cell']}
      data-current={isCurrent || undefined}
      onClick={() => onOpen(index)}
    >
      <canvas
        ref={canvas}
        width={THUMBNAIL_SIDE}
        height={THUMBNAIL_SIDE}
        aria-hidden
        data-drawn={thumbnail !== undefined}
      />
      <span className={styles['name']}>{record.name.replace(/\.npz$/i, '')}</span>
      <span className={styles['group']}>{group}</span>
      <span className={styles['facts']}>
        {split} · <abbr title="Cup-to-disc ratio of areas">C/D</abbr> {ratio}
      </span>
    </div>
  );
});
