/** "Check this GPU": whether this adapter computes what it should, as a button and a table of what was compared. */
import { IconGauge } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { GpuCheck } from '../../../workers/api/train.ts';
import { CHECK_JOB, failedCount, startGpuCheck } from '../../services/train-check.ts';
import { TRAIN_JOB } from '../../services/train.ts';
import { isKindRunning } from '../../state/jobs.ts';
import { useStore } from '../../state/store.ts';
import { BusyButton } from '../../ui/BusyButton.tsx';
import { formatCount, formatCounted, formatNumber } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import { type TableColumn, VirtualTable } from '../../ui/VirtualTable.tsx';
import styles from './TrainPlace.module.css';
import { STARTED } from './words.ts';

interface Row {
  readonly what: string;
  readonly found: string;
  readonly wanted: string;
  readonly passed: boolean;
}

const COLUMNS: readonly TableColumn<Row>[] = [
  { key: 'what', header: 'Compared', render: ({ what }) => what },
  { key: 'found', header: 'Found', width: 190, align: 'end', render: ({ found }) => found },
  { key: 'wanted', header: 'Wanted', width: 190, align: 'end', render: ({ wanted }) => wanted },
  { key: 'passed', header: 'Result', width: 90, render: ({ passed }) => (passed ? 'agrees' : 'differs') },
];

const MOST_ROWS = 8;

function rowsOf({ kernels, gradients }: GpuCheck): readonly Row[] {
  return [
    ...kernels.map(({ kernel, worstError, tolerance, passed }) => ({
      what: kernel,
      found: worstError === null ? 'no usable result' : `error ${formatNumber(worstError, 2)}`,
      wanted: `at most ${formatNumber(tolerance, 2)}`,
      passed,
    })),
    ...gradients.map(({ what, analytic, numeric, passed }) => ({
      what: `gradient: ${what}`,
      found: formatNumber(analytic, 5),
      wanted: `${formatNumber(numeric, 5)} by differences`,
      passed,
    })),
  ].toSorted((a, b) => Number(a.passed) - Number(b.passed));
}

/** One sentence about a check. */
export function describeCheck(check: GpuCheck): string {
  const failed = failedCount(check);
  const made = `${check.adapter}, ${STARTED.format(new Date(check.checkedAt))}`;
  const counted = `${formatCounted(check.kernels.length, 'kernel')}, ${formatCounted(check.gradients.length, 'gradient')}`;
  return failed === 0
    ? `${made}: ${counted}, all agree with the oracle.`
    : `${made}: ${formatCount(failed)} of ${counted} differ from the oracle.`;
}

/** The table of a check, those that differ first. */
export function CheckTable({ check }: { readonly check: GpuCheck }) {
  const rows = useMemo(() => rowsOf(check), [check]);
  return (
    <VirtualTable
      caption={`Check of ${check.adapter}`}
      columns={COLUMNS}
      rows={rows}
      rowKey={({ what }) => what}
      height={34 + 28 * Math.min(MOST_ROWS, rows.length)}
    />
  );
}

/** The card with the button. */
export function GpuCheckCard() {
  const check = useStore((state) => state.train.gpuCheck);
  const isChecking = useStore((state) => isKindRunning(state.jobs, CHECK_JOB));
  const isTraining = useStore((state) => isKindRunning(state.jobs, TRAIN_JOB));
  const adapter = useStore((state) => (state.device.status === 'ready' ? state.device.report.adapter : ''));
  const hasGpu = useStore(
    (state) => state.device.status !== 'ready' || state.device.report.provider === 'webgpu',
  );
  return (
    <section className={styles['card']} aria-labelledby="gpu-check-title">
      <div className={styles['cardHead']}>
        <h2 id="gpu-check-title" className={styles['cardTitle']}>
          Does this GPU compute what it should?
        </h2>
        <BusyButton
          variant="default"
          size="compact-sm"
          icon={<IconGauge size={16} aria-hidden />}
          isBusy={isChecking}
          disabled={isTraining || !hasGpu}
          blockedBy={isTraining ? 'gpu-check-blocked' : undefined}
          onClick={startGpuCheck}
        >
          Check this GPU
        </BusyButton>
      </div>
      <p className={styles['soft']}>
        {check === null
          ? 'Compares every kernel with the oracle and the gradients of the adapters with finite differences, on this machine. The result is stored and goes with every run.'
          : describeCheck(check)}
      </p>
      {isTraining && (
        <p id="gpu-check-blocked" className={styles['soft']}>
          While a run trains the GPU cannot be checked.
        </p>
      )}
      {check !== null && adapter !== '' && check.adapter !== adapter && (
        <Notice tone="note">This check was made on another adapter than the present one, {adapter}.</Notice>
      )}
      {check !== null && failedCount(check) > 0 && (
        <Notice tone="warn">
          Numbers from this adapter are not to be trusted. Update the driver or the browser, and check again.
        </Notice>
      )}
      {check !== null && (
        <details className={styles['details']}>
          <summary>What was compared</summary>
          <CheckTable check={check} />
        </details>
      )}
    </section>
  );
}
