/** An image that can be moved and magnified: wheel, drag, and the keys + - 0 and Shift with the arrows. */
import { ActionIcon } from '@mantine/core';
import { IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import styles from './Inspector.module.css';
import { drawView, usePanZoom } from './use-pan-zoom.ts';

export interface PanZoomCanvasProps {
  /** Undefined while it is being read; the last one is not shown in its place. */
  readonly image: ImageData | undefined;
  readonly label: string;
}

/** Square frame; the image is fitted inside it at first. */
export function PanZoomCanvas({ image, label }: PanZoomCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { view, zoomBy, reset, onKeyDown, drag } = usePanZoom(canvas);
  useEffect(() => {
    if (canvas.current) drawView(canvas.current, image, view);
  }, [image, view]);
  return (
    <div className={styles['frame']} aria-busy={image === undefined}>
      {/* The pixels are painted; an img could not show them. */}
      <canvas
        ref={canvas}
        className={styles['canvas']}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="img"
        aria-label={`${label}. Plus and minus magnify, 0 fits it, Shift and arrows move it.`}
        // The keys + - 0 act on the image that has the focus.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onKeyDown={onKeyDown}
        {...drag}
      />
      <div className={styles['zoom']}>
        <ActionIcon variant="default" size="sm" aria-label="Magnify" onClick={() => zoomBy(1.5)}>
          <IconPlus size={14} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" size="sm" aria-label="Shrink" onClick={() => zoomBy(1 / 1.5)}>
          <IconMinus size={14} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" size="sm" aria-label="Fit the image" onClick={reset}>
          <IconMaximize size={14} aria-hidden />
        </ActionIcon>
      </div>
    </div>
  );
}
