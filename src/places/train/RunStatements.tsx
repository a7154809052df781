/** A run in four numbers, each with what it means. */
import type { TrainRun } from '../../../workers/api/train.ts';
import { imagesPerStep, type RunStatus } from '../../state/train-progress.ts';
import { formatCount, formatDuration, formatNumber, formatPercent, formatTimeLeft } from '../../ui/format.ts';
import { Statement, Statements } from '../../ui/Statements.tsx';
import type { RunSeries } from './run-series.ts';
import { useRunStatus } from './use-run.ts';

/**
 * What a run has taken is known at its checkpoints and its end only, and counts its pauses; what is left is said of the steps, at
 * the smoothed rate of images a second.
 */
function timeText(run: TrainRun, status: RunStatus, step: number, rate: number | undefined): string {
  if (status === 'paused' || status === 'elsewhere') return '';
  if (status !== 'running') return `Took ${formatDuration(run.elapsedMs)}, pauses included. `;
  if (rate === undefined || !(rate > 0)) return '';
  const remainingMs = (1000 * (run.stepCount - step) * imagesPerStep(run.spec)) / rate;
  return `The other steps take about ${formatTimeLeft(remainingMs)}. `;
}

const NONE_YET = 'none yet';

/** Its main numbers. */
export function RunStatements({ run, series }: { readonly run: TrainRun; readonly series: RunSeries }) {
  const status = useRunStatus(run);
  const isOver = status === 'finished' || status === 'stopped-early';
  const { lastStep, lastValidation, loss, rate } = series;
  const smoothed = loss[1]?.points.y.at(-1);
  const images = rate[1]?.points.y.at(-1);
  const { best } = run;
  const step = Math.max(run.step, lastStep?.step ?? 0);
  return (
    <Statements>
      <Statement title="Step" value={`${formatCount(step)} of ${formatCount(run.stepCount)}`}>
        {lastStep !== undefined &&
          `Epoch ${formatCount(lastStep.epoch)} of ${formatCount(run.spec.settings.epochCount)}. `}
        {timeText(run, status, step, images)}
        {run.checkpointStep === 0
          ? 'No checkpoint yet.'
          : `Last checkpoint at step ${formatCount(run.checkpointStep)}.`}
      </Statement>
      <Statement title="Loss, smoothed" value={smoothed === undefined ? NONE_YET : formatNumber(smoothed)}>
        {lastStep === undefined
          ? 'No step has been reported yet.'
          : `Last step ${formatNumber(lastStep.loss)}: cross-entropy ${formatNumber(lastStep.crossEntropy)}, Dice loss ${formatNumber(lastStep.dice)}.`}
      </Statement>
      <Statement
        title="Disc Dice of the best validation"
        value={best === undefined ? (isOver ? 'none' : NONE_YET) : formatPercent(best.discDice)}
      >
        {best === undefined
          ? 'The best is that of the highest mean of rim and cup.'
          : `At step ${formatCount(best.step)}: cup ${formatPercent(best.cupDice)}, rim ${formatPercent(best.rimDice)}; n = ${formatCount(best.imageCount)}. Last: disc ${formatPercent(lastValidation?.discDice)}.`}
      </Statement>
      <Statement title="Images a second" value={images === undefined ? NONE_YET : formatNumber(images, 3)}>
        {formatCount(run.spec.settings.batchSize)} a step, {formatCount(run.estimate.microBatch)} at once;
        recomputation: {run.estimate.recomputation}.
      </Statement>
    </Statements>
  );
}
