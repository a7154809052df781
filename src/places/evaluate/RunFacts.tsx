/** Where the numbers of the shown run come from: the same facts that every export carries. */
import { describeFilter } from '../../services/provenance.ts';
import { PROVIDER_NAMES } from '../../state/device.ts';
import { formatCount, formatDuration } from '../../ui/format.ts';
import styles from './EvaluatePlace.module.css';
import type { Evaluation } from './use-evaluation.ts';

/** Facts as a list; how dropped files were read below it. */
export function RunFacts({ evaluation }: { readonly evaluation: Evaluation }) {
  const { run, view } = evaluation;
  const { source, preprocess } = run;
  const facts: readonly (readonly [string, string])[] = [
    [
      'Source',
      source.kind === 'segmenter'
        ? `${source.modelName} on ${PROVIDER_NAMES[source.provider]}, SHA-256 ${source.modelId}`
        : `${formatCount(source.fileCount)} files made elsewhere`,
    ],
    [
      'Set',
      `${run.setLabel}: ${formatCount(run.plannedCount)} images planned, ${formatCount(run.images.length)} scored, ${formatCount(run.failures.length)} failed`,
    ],
    ['Filter then', describeFilter(run.filter)],
    [
      'Preprocessing',
      `${preprocess.crop === null ? 'no crop' : `centre crop ${preprocess.crop} px`}, input ${preprocess.side} px, ${preprocess.preset}`,
    ],
    ['Cohort then', `${formatCount(run.cohortCount)} subjects, SHA-256 ${run.cohortHash}`],
    [
      'Made',
      `${new Date(run.startedMs).toISOString()}, took ${formatDuration(run.elapsedMs)}, EquiSeg ${run.softwareVersion}`,
    ],
    ...(view.status === 'done'
      ? [
          [
            'Statistics',
            `${formatCount(view.summary.spec.resampleCount)} resamples, seed ${view.summary.spec.seed}, took ${formatDuration(view.summary.elapsedMs)}`,
          ] as const,
        ]
      : []),
  ];
  return (
    <section className={styles['card']} aria-labelledby="facts-title">
      <h3 id="facts-title" className={styles['cardTitle']}>
        Provenance of this run
      </h3>
      <dl className={styles['facts']}>
        {facts.map(([name, value]) => (
          <div key={name} className={styles['fact']}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {run.notes.length > 0 && (
        <ul className={styles['notes']}>
          {run.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
