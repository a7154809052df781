/** Where the numbers of a run come from: data, settings, seed, GPU and its check, version. */
import type { TrainRun } from '../../../workers/api/train.ts';
import { modelIdOf } from '../../services/train-export.ts';
import { formatBytes, formatCount, formatDuration } from '../../ui/format.ts';
import { describeCheck } from './GpuCheckCard.tsx';
import styles from './TrainPlace.module.css';

/** What no value of a setting means. */
const UNSET: Readonly<Record<string, string>> = { crop: 'none' };

/** "method febs, gamma 1"; "method plain". */
function settingsText({ spec: { settings } }: TrainRun): string {
  const { objective, ...plain } = settings;
  const { kind, ...parameters } = objective;
  const pairs = [...Object.entries(parameters), ...Object.entries(plain)];
  return [
    `method ${kind}`,
    ...pairs.map(([name, value]) => `${name} ${value ?? UNSET[name] ?? 'what fits'}`),
  ].join(', ');
}

/** The facts as a list. */
export function RunFacts({ run }: { readonly run: TrainRun }) {
  const { spec, estimate, gpuCheck } = run;
  const { origin } = spec;
  const facts: readonly (readonly [string, string])[] = [
    ['Model', `${origin?.modelName ?? ''} (SHA-256 ${modelIdOf(run)})`],
    [
      'Images',
      `training: ${origin?.trainingLabel ?? 'unknown'}, n = ${formatCount(spec.training.length)}; validation: ${origin?.validationLabel ?? 'unknown'}, n = ${formatCount(spec.validation.length)}`,
    ],
    ['Settings', settingsText(run)],
    [
      'Plan',
      `${formatBytes(estimate.totalBytes)}, ${formatCount(estimate.microBatchCount)} × ${formatCount(estimate.microBatch)} images, recomputation ${estimate.recomputation}, ${formatCount(estimate.trainableCount)} trained weights`,
    ],
    ...(origin === undefined
      ? []
      : [
          [
            'Cohort then',
            `${formatCount(origin.cohortCount)} subjects, SHA-256 ${origin.cohortHash}; filter: ${origin.filterText}`,
          ] as const,
        ]),
    ['GPU', run.adapter],
    ['Check of the GPU', gpuCheck === undefined ? 'not made before this run' : describeCheck(gpuCheck)],
    [
      'Made',
      `${run.startedAt}, took ${formatDuration(run.elapsedMs)}, pauses included${origin === undefined ? '' : `, EquiSeg ${origin.softwareVersion}`}`,
    ],
  ];
  return (
    <section className={styles['card']} aria-labelledby="run-facts-title">
      <h3 id="run-facts-title" className={styles['cardTitle']}>
        Provenance of this run
      </h3>
      <dl className={styles['facts']}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
