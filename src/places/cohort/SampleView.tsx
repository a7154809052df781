/** The image with its overlays: which contours are drawn, how strongly, and of which run. */
import { Select, Slider, Switch } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { SampleRecord } from '../../../core/cohort/sample.ts';
import type { SamplePixels } from '../../../workers/api/data.ts';
import type { SampleMembership } from '../../services/sample-memberships.ts';
import { useStore } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PREDICTION_CONTOUR, TRUTH_CONTOUR } from '../../ui/palette.ts';
import styles from './Inspector.module.css';
import { differenceOf, type Overlay, paintImage, placeMask } from './paint.ts';
import { PanZoomCanvas } from './PanZoomCanvas.tsx';
import { predictionToShow } from './use-memberships.ts';
import { usePrediction } from './use-sample.ts';

/** Where truth and prediction name different classes; neither contour's colour. */
const DIFFERENCE_COLOR = '#ff5fa2';
/** One pixel would nearly vanish where the whole image is fitted into the drawer. */
const CONTOUR_PIXELS = 2;

export interface SampleViewProps {
  readonly record: SampleRecord;
  /** Undefined while the file is read; the frame keeps its size. */
  readonly pixels: SamplePixels | undefined;
  readonly memberships: readonly SampleMembership[];
}

/** Overlays stay as they were chosen while the person steps through samples; at first the prediction is of the run that Evaluate shows. */
export function SampleView({ record, pixels, memberships }: SampleViewProps) {
  const [shown, setShown] = useState({ truth: true, prediction: true, difference: false });
  const [opacityPercent, setOpacityPercent] = useState(90);
  const [chosenRun, setChosenRun] = useState<string | null>(null);
  const runs = memberships.flatMap(({ predictionRunId: value, label }) =>
    value === undefined ? [] : [{ value, label }],
  );
  const evaluated = useStore(({ evaluate }) => evaluate.shownRunId);
  const runId = predictionToShow(memberships, [chosenRun, evaluated]);
  const { prediction, error } = usePrediction(runId, record.id);

  const painted = useMemo(() => {
    if (pixels === undefined) return undefined;
    const { width, height, mask, image } = pixels;
    const opacity = opacityPercent / 100;
    const predicted = prediction && placeMask(prediction, width, height);
    const overlays: Overlay[] = [];
    if (shown.difference && predicted) {
      const difference = differenceOf(mask, predicted);
      overlays.push({ mask: difference, color: DIFFERENCE_COLOR, opacity: 0.6 * opacity, filled: true });
    }
    if (shown.truth) overlays.push({ mask, color: TRUTH_CONTOUR, opacity, thickness: CONTOUR_PIXELS });
    if (shown.prediction && predicted)
      overlays.push({ mask: predicted, color: PREDICTION_CONTOUR, opacity, thickness: CONTOUR_PIXELS });
    return new ImageData(paintImage(image, width, height, overlays), width, height);
  }, [pixels, prediction, shown, opacityPercent]);

  return (
    <div className={styles['view']}>
      <PanZoomCanvas
        image={painted}
        label={`Fundus image ${record.name}, ${record.height} by ${record.width} pixels`}
      />
      <div className={styles['overlays']}>
        {(['truth', 'prediction', 'difference'] as const).map((name) => (
          <Switch
            key={name}
            label={name}
            checked={shown[name]}
            disabled={name !== 'truth' && runId === undefined}
            onChange={(event) => setShown({ ...shown, [name]: event.currentTarget.checked })}
          />
        ))}
        <div className={styles['opacity']}>
          <span aria-hidden>opacity</span>
          <Slider
            className={styles['slider'] ?? ''}
            thumbLabel="Opacity of overlays (%)"
            min={10}
            max={100}
            step={10}
            value={opacityPercent}
            onChange={setOpacityPercent}
          />
        </div>
      </div>
      {runs.length > 1 && (
        <Select label="Prediction of" data={runs} value={runId ?? null} onChange={setChosenRun} />
      )}
      {runId === undefined && (
        <p className={styles['soft']}>
          Predictions and differences appear here once a run of Evaluate holds this image.
        </p>
      )}
      {error !== undefined && <ErrorNotice error={error} />}
    </div>
  );
}
