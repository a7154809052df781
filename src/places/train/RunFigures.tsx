/** The figures of a run: losses, learning rate, rate, validation Dice, and where a step spends its time on the GPU. */
import type { TrainRun, TrainSettings } from '../../../workers/api/train.ts';
import type { FigureStatus } from '../../charts/figure-frame.ts';
import { LineFigure } from '../../charts/LineFigure.tsx';
import type { LineSeries } from '../../charts/line-figure.ts';
import { TimeBarFigure } from '../../charts/TimeBarFigure.tsx';
import { trainProvenance } from '../../services/train-export.ts';
import type { Method } from '../../state/train-recipes.ts';
import { formatCount, formatCounted } from '../../ui/format.ts';
import { Overlays } from './Overlays.tsx';
import { HALF_LIFE_STEPS, type RunSeries } from './run-series.ts';
import styles from './TrainPlace.module.css';

const SMOOTHED = `Smoothed: exponentially weighted mean with a half-life of ${HALF_LIFE_STEPS} steps.`;

function statusOf(series: readonly LineSeries[], message: string): FigureStatus {
  return series.some(({ points }) => points.x.length > 0) ? { kind: 'ready' } : { kind: 'empty', message };
}

/** What the loss of a method is beside that of plain training. */
const LOSS_WORDS: Readonly<Record<Method, string>> = {
  plain: 'It is what is minimised.',
  febs: 'The probabilities in the Dice loss are scaled by group.',
  groupDro: 'Computed for each group of the batch, and summed with the weights of the groups.',
  adversarial: "The classifier's loss is not in it.",
  balancedSampling: 'Groups are drawn equally often.',
  inverseFrequency: 'Images weigh by the inverse frequency of their group.',
};

function lossText({ crossEntropyWeight, diceWeight, batchSize }: TrainSettings): string {
  return `${crossEntropyWeight} × cross-entropy + ${diceWeight} × Dice loss of the batch of ${batchSize}.`;
}

const NO_STEP = 'The first step has not been reported yet.';

/** What the figures of single steps have in common. */
function stepFrame(run: TrainRun) {
  return {
    provenance: () => trainProvenance(run),
    xLabel: 'step',
    counted: 'step',
    xEnd: run.stepCount,
    kind: 'number' as const,
  };
}

interface FiguresProps {
  readonly run: TrainRun;
  readonly series: RunSeries;
}

function LossFigures({ run, series }: FiguresProps) {
  const { settings, attribute } = run.spec;
  const frame = stepFrame(run);
  return (
    <>
      <LineFigure
        {...frame}
        title="Loss of every step"
        caption={[lossText(settings), LOSS_WORDS[settings.objective.kind], SMOOTHED].join(' ')}
        fileName="train-loss"
        yLabel="Loss"
        series={series.loss}
        status={statusOf(series.loss, NO_STEP)}
      />
      <LineFigure
        {...frame}
        title={`Dice loss by ${attribute.toLowerCase()}`}
        caption={`Sum over classes of the Dice loss of a group's images in the batch. A step without images of a group has no value of it. ${SMOOTHED}`}
        fileName="train-group-loss"
        yLabel="Group loss"
        series={series.groupLoss}
        status={statusOf(series.groupLoss, NO_STEP)}
      />
    </>
  );
}

function PaceFigures({ run, series }: FiguresProps) {
  const { settings } = run.spec;
  const frame = stepFrame(run);
  return (
    <>
      <LineFigure
        {...frame}
        title="Learning rate"
        caption={`Linear warm-up over ${formatCounted(settings.warmUpStepCount, 'step')}, then polynomial decay with power 0.9 over ${formatCounted(settings.decayEpochCount, 'epoch')}.`}
        fileName="train-learning-rate"
        yLabel="Learning rate"
        series={series.learningRate}
        status={statusOf(series.learningRate, NO_STEP)}
      />
      <LineFigure
        {...frame}
        title="Images a second"
        caption={`On ${run.adapter}. ${SMOOTHED}`}
        fileName="train-rate"
        yLabel="Rate"
        yUnit="images/s"
        series={series.rate}
        status={statusOf(series.rate, NO_STEP)}
      />
    </>
  );
}

function ValidationFigures({ run, series }: FiguresProps) {
  const { attribute, validation, settings } = run.spec;
  const isNever = validation.length === 0 || settings.validateEverySteps === 0;
  const message = isNever
    ? 'This run has no validation.'
    : `The first validation comes after ${formatCounted(settings.validateEverySteps, 'step')}.`;
  const frame = {
    provenance: () => trainProvenance(run),
    xLabel: 'step',
    counted: 'validation',
    xEnd: run.stepCount,
    kind: 'share' as const,
    yLabel: 'Dice',
  };
  const caption = `Mean over images at the network's side; n = ${formatCount(validation.length)} validation images, none of the test split.`;
  return (
    <>
      <LineFigure
        {...frame}
        title="Dice of disc, cup and rim on the validation set"
        caption={caption}
        fileName="train-validation-dice"
        series={series.regionDice}
        status={statusOf(series.regionDice, message)}
      />
      <LineFigure
        {...frame}
        title={`Disc Dice on the validation set by ${attribute.toLowerCase()}`}
        caption={`${caption} Small groups are mostly noise; no interval is given here.`}
        fileName="train-validation-groups"
        series={series.groupDice}
        status={statusOf(series.groupDice, message)}
      />
    </>
  );
}

function KernelFigure({ run, series: { kernels } }: FiguresProps) {
  const status: FigureStatus =
    kernels === undefined
      ? {
          kind: 'empty',
          message: 'A step is timed every so often, where the GPU has timestamps. None has been yet.',
        }
      : { kind: 'ready' };
  return (
    <div className={styles['wide']}>
      <TimeBarFigure
        title="GPU time of one step by kind of kernel"
        caption={`Timestamps of the GPU around every dispatch${kernels === undefined ? '' : ` of step ${formatCount(kernels.step)}`}; a timed step is slower than others.`}
        fileName="train-kernel-times"
        provenance={() => trainProvenance(run)}
        counted="dispatches"
        parts={(kernels?.times ?? []).map(({ class: label, gpuMs, dispatchCount }) => ({
          label,
          elapsedMs: gpuMs,
          count: dispatchCount,
        }))}
        status={status}
      />
    </div>
  );
}

/** All figures of a run. */
export function RunFigures(props: FiguresProps) {
  return (
    <div className={styles['figures']}>
      <LossFigures {...props} />
      <ValidationFigures {...props} />
      <div className={styles['wide']}>
        <Overlays runId={props.run.spec.runId} step={props.series.lastValidation?.step} />
      </div>
      <PaceFigures {...props} />
      <KernelFigure {...props} />
    </div>
  );
}
