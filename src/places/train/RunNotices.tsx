/** What happened to a run beside its steps: warnings that hold now, then what was noted, the latest first. */
import type { TrainRun } from '../../../workers/api/train.ts';
import { useStore } from '../../state/store.ts';
import type { PlaceName } from '../../state/ui.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { formatCount, formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import type { RunSeries } from './run-series.ts';
import styles from './TrainPlace.module.css';
import { useRunStatus } from './use-run.ts';

/** Places whose jobs run networks. */
const GPU_PLACES: ReadonlySet<PlaceName> = new Set(['models', 'search', 'evaluate']);

/** What slows a run that trains: a hidden tab, another job, a lost device. */
function WhileRunning() {
  const incidents = useStore((state) => state.train.incidents);
  const rival = useStore(({ jobs }) => jobs.running.find(({ place }) => GPU_PLACES.has(place))?.label);
  if (incidents === null) return null;
  const { hiddenCount, restartCount, restartReason } = incidents;
  return (
    <>
      <Notice tone={hiddenCount > 0 ? 'warn' : 'note'}>
        {hiddenCount > 0 && `This tab was hidden ${formatCounted(hiddenCount, 'time')} during the run. `}
        Keep this tab in view: browsers slow hidden tabs down and may stop them. A checkpoint is written
        whenever it is hidden.
      </Notice>
      {rival !== undefined && (
        <Notice tone="note">
          “{rival}” may use the GPU too: its runs and the steps of the training take turns, so that both are
          slower.
        </Notice>
      )}
      {restartCount > 0 && (
        <Notice tone="warn" title="The device was lost">
          Training started again from its last checkpoint ({formatCounted(restartCount, 'time')}).{' '}
          {restartReason}
        </Notice>
      )}
    </>
  );
}

/** What going on with an interrupted run would give. */
function GoingOn({ run: { adapter, checkpointStep } }: { readonly run: TrainRun }) {
  const here = useStore(({ device }) => (device.status === 'ready' ? device.report.adapter : ''));
  if (checkpointStep === 0) return 'It has no checkpoint yet and would begin again.';
  const from = `It can go on from step ${formatCount(checkpointStep)}`;
  return here === '' || here === adapter
    ? `${from}, with the same numbers as if it had not stopped.`
    : `${from}, but was trained on ${adapter} and would go on with ${here}, which rounds otherwise.`;
}

/** Warnings, the error of a failed run, and the list of notices. */
export function RunNotices({ run, series }: { readonly run: TrainRun; readonly series: RunSeries }) {
  const status = useRunStatus(run);
  const isHere = status === 'running' || status === 'paused';
  return (
    <>
      {isHere && <WhileRunning />}
      {status === 'interrupted' && (
        <Notice tone="warn" title="This run was interrupted">
          <GoingOn run={run} />
        </Notice>
      )}
      {status === 'elsewhere' && (
        <Notice tone="note" title="Another tab is at this run">
          It is shown as of its last checkpoint. When it has ended there, it can be used here.
        </Notice>
      )}
      {status === 'failed' && run.error !== undefined && <ErrorNotice error={run.error} />}
      {series.notices.length > 0 && (
        <details className={styles['details']}>
          <summary>Notices of the run ({formatCount(series.notices.length)})</summary>
          <ul className={styles['notices']}>
            {series.notices.map(({ step, notice, sentence }, index) => (
              // Notices are only ever added in front; counted from the end they keep their place.
              <li key={series.notices.length - index}>
                Step {formatCount(step)}, {notice}: {sentence}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
