/** Some validation images with the contours of truth and prediction, as the last validation left them. */
import { useEffect, useRef } from 'react';
import type { ValidationOverlay } from '../../../workers/api/train.ts';
import { selectIndexById } from '../../state/cohort-selectors.ts';
import { update, useStore } from '../../state/store.ts';
import { withInspection } from '../../state/ui.ts';
import { formatCount } from '../../ui/format.ts';
import { PREDICTION_CONTOUR, TRUTH_CONTOUR } from '../../ui/palette.ts';
import { paintImage } from '../cohort/paint.ts';
import styles from './TrainPlace.module.css';
import { useOverlays } from './use-overlays.ts';

/** Image pixels for each pixel of a contour: thin on small images, still seen on large ones. */
const PIXELS_PER_CONTOUR = 192;

function OverlayImage({ overlay, name }: { readonly overlay: ValidationOverlay; readonly name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { side, image, truth, prediction } = overlay;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const thickness = Math.max(1, Math.round(side / PIXELS_PER_CONTOUR));
    const rgba = paintImage(image, side, side, [
      { mask: truth, color: TRUTH_CONTOUR, opacity: 1, thickness },
      { mask: prediction, color: PREDICTION_CONTOUR, opacity: 1, thickness },
    ]);
    context.putImageData(new ImageData(rgba, side, side), 0, 0);
  }, [side, image, truth, prediction]);
  return (
    <canvas
      ref={canvas}
      width={side}
      height={side}
      className={styles['overlay'] ?? ''}
      // The pixels are painted; an img could not show them.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="img"
      aria-label={`${name}: contours of truth and prediction`}
    />
  );
}

/** The images in a row; a name opens the sample in the inspector. */
export function Overlays({ runId, step }: { readonly runId: string; readonly step: number | undefined }) {
  const fetched = useOverlays(runId, step);
  const records = useStore((state) => state.cohort.records);
  const indexById = useStore(selectIndexById);
  if (fetched === undefined || fetched.overlays.length === 0) return null;
  const ids = fetched.overlays.map(({ id }) => id);
  const nameOf = (id: string) => records[indexById.get(id) ?? -1]?.name ?? 'not in the cohort';
  return (
    <section className={styles['card']} aria-labelledby="overlays-title">
      <h3 id="overlays-title" className={styles['cardTitle']}>
        Validation images at step {formatCount(fetched.step)}
      </h3>
      <div className={styles['overlays']}>
        {fetched.overlays.map((overlay, index) => (
          <figure key={overlay.id} className={styles['overlayItem']}>
            <OverlayImage overlay={overlay} name={nameOf(overlay.id)} />
            <figcaption>
              <button
                type="button"
                className={styles['link']}
                onClick={() => update('ui', (ui) => withInspection(ui, ids, index))}
              >
                {nameOf(overlay.id)}
              </button>
            </figcaption>
          </figure>
        ))}
      </div>
      <p className={styles['soft']}>
        Contours of disc and cup:{' '}
        <span className={styles['swatch']} style={{ background: TRUTH_CONTOUR }} aria-hidden /> truth,{' '}
        <span className={styles['swatch']} style={{ background: PREDICTION_CONTOUR }} aria-hidden />{' '}
        prediction, at the network&apos;s side.
      </p>
    </section>
  );
}
