/** What the next run trains on and what it would take, before it starts. */
import { shownTrainRunOf } from '../../state/train.ts';
import type { TrainChoices } from '../../state/train-choices.ts';
import type { TrainPlan } from '../../state/train-plan.ts';
import { stepsTimeMs } from '../../state/train-progress.ts';
import { selectTrainChoices } from '../../state/train-selectors.ts';
import { useStore } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { formatBytes, formatCount, formatCounted, formatNumber, formatTimeLeft } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import styles from './TrainPlace.module.css';

/** Fewer images of a group than this in validation make its Dice mostly noise. */
const SMALL_GROUP = 10;

function GroupCounts({ plan }: { readonly plan: TrainPlan }) {
  const rows = [...plan.groups, 'Unknown'].map((label, i) => ({
    label,
    training: plan.trainingCounts[i] ?? 0,
    validation: plan.validationCounts[i] ?? 0,
  }));
  return (
    <table className={styles['counts']}>
      <caption>{plan.attribute}: images by group</caption>
      <thead>
        <tr>
          <th scope="col">Group</th>
          <th scope="col">Training</th>
          <th scope="col">Validation</th>
        </tr>
      </thead>
      <tbody>
        {rows
          .filter(({ label, training, validation }) => label !== 'Unknown' || training + validation > 0)
          .map(({ label, training, validation }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{formatCount(training)}</td>
              <td>{formatCount(validation)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

/** Steps at the end of a run after its decay, in which the learning rate is 0. */
function stepsWithoutRate(
  imageCount: number,
  { batchSize, epochCount, decayEpochCount, warmUpStepCount }: TrainChoices,
): number {
  const stepsPerEpoch = Math.ceil(imageCount / batchSize);
  // As the published schedule has it: the decay begins a step after the warm-up.
  return Math.max(0, (epochCount - decayEpochCount) * stepsPerEpoch - warmUpStepCount - 1);
}

function Warnings({ plan }: { readonly plan: TrainPlan }) {
  const choices = useStore(selectTrainChoices);
  const { method, validateEverySteps } = choices;
  const idleCount = stepsWithoutRate(plan.training.length, choices);
  const named = (counts: readonly number[], isMeant: (count: number) => boolean) =>
    plan.groups.filter((_, i) => isMeant(counts[i] ?? 0)).join(', ');
  const absent = named(plan.trainingCounts, (count) => count === 0);
  const small = named(plan.validationCounts, (count) => count < SMALL_GROUP);
  return (
    <>
      {plan.testLeftOutCount > 0 && (
        <Notice tone="warn">
          {formatCounted(plan.testLeftOutCount, 'image')} of the test split belong to the training set and are
          left out: a model is not trained on what it is tested with.
        </Notice>
      )}
      {plan.missingCount > 0 && (
        <Notice tone="warn">
          {formatCounted(plan.missingCount, 'image')} of the training set are left out: not in the cohort now,
          or without an open file.
        </Notice>
      )}
      {idleCount > 0 && (
        <Notice tone="warn">
          The decay ends before the run: in the last {formatCounted(idleCount, 'step')} the learning rate is 0
          and nothing is learnt. Lengthen the decay, or take fewer epochs.
        </Notice>
      )}
      {method !== 'plain' && absent !== '' && (
        <Notice tone="warn">No training image of: {absent}. The method can do nothing for them.</Notice>
      )}
      {plan.validation.length === 0 || validateEverySteps === 0 ? (
        <Notice tone="note">No validation: only the last checkpoint is kept, none is known as best.</Notice>
      ) : (
        small !== '' && (
          <Notice tone="note">
            Fewer than {SMALL_GROUP} validation images of: {small}. Their Dice during training is mostly
            noise; compare groups in Evaluate.
          </Notice>
        )
      )}
    </>
  );
}

const NO_EVENTS = [] as const;

/** Memory, steps and time of the next run. The last ones stay while others are being computed. */
function Estimate() {
  const { estimate, error, isUpdating } = useStore((state) => state.train.estimate);
  const shown = useStore((state) => shownTrainRunOf(state.train));
  const log = useStore((state) => state.train.log);
  const adapter = useStore((state) => (state.device.status === 'ready' ? state.device.report.adapter : ''));
  const memoryMebibytes = useStore((state) => selectTrainChoices(state).memoryMebibytes);
  const events = log.runId === shown?.spec.runId ? log.events : NO_EVENTS;
  const timeMs = estimate === undefined ? undefined : stepsTimeMs(estimate, shown, events, adapter);
  const waiting = isUpdating ? 'being computed' : 'not known yet';
  return (
    <>
      <div>
        <dt>GPU memory</dt>
        <dd>
          {estimate === undefined ? waiting : formatBytes(estimate.totalBytes)}{' '}
          <span>
            {estimate === undefined
              ? `(of ${formatBytes(memoryMebibytes * 1024 ** 2)})`
              : `(of ${formatBytes(memoryMebibytes * 1024 ** 2)}; ${estimate.microBatchCount} × ${formatCounted(estimate.microBatch, 'image')} at once, recomputation: ${estimate.recomputation})`}
          </span>
        </dd>
      </div>
      <div>
        <dt>Steps</dt>
        <dd>
          {estimate === undefined ? waiting : formatCount(estimate.stepCount)}{' '}
          {estimate !== undefined && <span>({formatCount(estimate.trainableCount)} trained weights)</span>}
        </dd>
      </div>
      <div>
        <dt>Time</dt>
        <dd>
          {timeMs === undefined ? 'not measured yet' : `about ${formatTimeLeft(timeMs)}`}{' '}
          <span>
            {timeMs === undefined
              ? estimate !== undefined &&
                `(${formatNumber(estimate.flopsPerStep / 1e9, 3)} GFLOP a step; the first steps of a run tell the rate)`
              : '(the steps alone, at the rate of the shown run)'}
          </span>
        </dd>
      </div>
      {error !== undefined && (
        <div className={styles['wide']}>
          <dt className="visually-hidden">Problem</dt>
          <dd>
            <ErrorNotice error={error} />
          </dd>
        </div>
      )}
    </>
  );
}

/** Sets, groups, memory and time. */
export function PlanSummary({ plan }: { readonly plan: TrainPlan }) {
  const isUpdating = useStore((state) => state.train.estimate.isUpdating);
  return (
    <>
      <dl className={styles['plan']} aria-label="The next run" aria-busy={isUpdating}>
        <div>
          <dt>Training set</dt>
          <dd>
            {formatCounted(plan.training.length, 'image')} <span>({plan.trainingLabel})</span>
          </dd>
        </div>
        <div>
          <dt>Validation set</dt>
          <dd>
            {formatCounted(plan.validation.length, 'image')} <span>({plan.validationLabel})</span>
          </dd>
        </div>
        <Estimate />
      </dl>
      <details className={styles['details']}>
        <summary>Images by group</summary>
        <GroupCounts plan={plan} />
      </details>
      <Warnings plan={plan} />
    </>
  );
}
