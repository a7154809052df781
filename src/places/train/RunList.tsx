/** All runs of this browser, newest first; a row shows that run. */
import type { TrainRun } from '../../../workers/api/train.ts';
import { showTrainRun } from '../../services/train-runs.ts';
import { useStore } from '../../state/store.ts';
import { shownTrainRunOf } from '../../state/train.ts';
import { statusOf } from '../../state/train-progress.ts';
import { METHOD_LABELS } from '../../state/train-recipes.ts';
import { formatCount, formatPercent } from '../../ui/format.ts';
import { type TableColumn, VirtualTable } from '../../ui/VirtualTable.tsx';
import styles from './TrainPlace.module.css';
import { useTrainJob } from './use-run.ts';
import { SHORT_DATE, STATUS_WORDS } from './words.ts';

interface Row {
  readonly run: TrainRun;
  readonly status: string;
  readonly isShown: boolean;
}

const COLUMNS: readonly TableColumn<Row>[] = [
  {
    key: 'name',
    header: 'Run',
    render: ({ run, isShown }) => (
      <span title={run.spec.name}>
        {isShown ? <strong>{run.spec.name}</strong> : run.spec.name}
        {isShown && <span className="visually-hidden">, shown below</span>}
      </span>
    ),
  },
  {
    key: 'method',
    header: 'Method',
    width: 80,
    render: ({ run }) => METHOD_LABELS[run.spec.settings.objective.kind],
  },
  { key: 'status', header: 'Status', width: 88, render: ({ status }) => status },
  {
    key: 'step',
    header: 'Step',
    width: 92,
    align: 'end',
    render: ({ run }) => `${formatCount(run.step)} of ${formatCount(run.stepCount)}`,
  },
  {
    key: 'disc',
    header: 'Disc Dice',
    width: 72,
    align: 'end',
    render: ({ run }) => (run.best === undefined ? 'none' : formatPercent(run.best.discDice)),
  },
  {
    key: 'started',
    header: 'Started',
    width: 108,
    render: ({ run }) => SHORT_DATE.format(new Date(run.startedAt)),
  },
];

const MOST_ROWS = 6;

/** The list. */
export function RunList() {
  const runs = useStore((state) => state.train.runs);
  const shown = useStore((state) => shownTrainRunOf(state.train));
  const incidents = useStore((state) => state.train.incidents);
  const elsewhere = useStore((state) => state.train.elsewhere);
  const job = useTrainJob();
  const rows = runs.map((run) => ({
    run,
    status: STATUS_WORDS[statusOf(run, { incidents, elsewhere }, job)],
    isShown: run === shown,
  }));
  return (
    <section aria-labelledby="train-runs-title">
      <h2 id="train-runs-title" className={styles['sectionTitle']}>
        Runs ({formatCount(runs.length)})
      </h2>
      <VirtualTable
        caption="Runs; open one to show it"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ run }) => run.spec.runId}
        height={34 + 28 * Math.min(MOST_ROWS, rows.length)}
        onOpen={({ run }) => showTrainRun(run.spec.runId)}
      />
      <p className={styles['soft']}>
        Disc Dice: of the best validation, by the mean of rim and cup. Runs with other validation sets do not
        compare; use Evaluate.
      </p>
    </section>
  );
}
