/** Name and status of the shown run, going on with it, its exports, its deletion, and the way to what it has learnt. */
import { Button, Menu } from '@mantine/core';
import { IconDownload, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { type SerializedError, serializeError } from '../../../core/errors.ts';
import type { TrainedForm, TrainEvent, TrainRun, TrainSettings } from '../../../workers/api/train.ts';
import { resumeTraining } from '../../services/train.ts';
import { deleteTrainRun, openTrainedModel, startExport } from '../../services/train-runs.ts';
import { saveRunJson, saveStepsCsv } from '../../services/train-export.ts';
import { store, useStore } from '../../state/store.ts';
import { METHOD_LABELS } from '../../state/train-recipes.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { formatCount, formatCounted } from '../../ui/format.ts';
import { DeleteButton } from '../../ui/DeleteButton.tsx';
import styles from './TrainPlace.module.css';
import { useMissingCount, useRunStatus, useTrainJob } from './use-run.ts';
import { STARTED, STATUS_WORDS } from './words.ts';

const WEIGHTS_WORDS: Readonly<Record<TrainSettings['trainable'], string>> = {
  'adapters-and-decoder': 'LoRA and decoder',
  all: 'All weights',
};
const formsOf = ({ spec }: TrainRun): readonly { readonly form: TrainedForm; readonly label: string }[] => {
  const weights = WEIGHTS_WORDS[spec.settings.trainable];
  return [
    { form: 'safetensors', label: `${weights} (.safetensors)` },
    { form: 'pth', label: `${weights} for PyTorch (.pth)` },
    { form: 'onnx', label: 'Whole model as ONNX' },
  ];
};
const LOGS: readonly {
  readonly label: string;
  readonly save: (run: TrainRun, events: readonly TrainEvent[]) => Promise<void>;
}[] = [
  { label: 'Log of all steps (.csv)', save: saveStepsCsv },
  { label: 'Everything about the run (.json)', save: saveRunJson },
];
const WHICH_WORDS = { best: 'best checkpoint', last: 'last checkpoint' } as const;

/** Weights are kept from the first validation and the first checkpoint on, also of a run that did not come to its end. */
function keptWeightsOf({ best, checkpointStep }: TrainRun): readonly ('best' | 'last')[] {
  return [
    ...(best === undefined ? [] : ['best' as const]),
    ...(checkpointStep === 0 ? [] : ['last' as const]),
  ];
}

/** Of a TransUNet, and where all is trained, nothing is frozen. */
function hasRoundedWeights({ spec: { settings } }: TrainRun): boolean {
  return settings.frozenWeights === 'f16' && settings.trainable !== 'all';
}

type Attempt = (action: () => Promise<void>) => void;

function ExportMenu({ run, attempt }: { readonly run: TrainRun; readonly attempt: Attempt }) {
  return (
    <Menu position="bottom-end" withinPortal transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <Button variant="default" size="compact-xs" leftSection={<IconDownload size={14} aria-hidden />}>
          Export run
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {hasRoundedWeights(run) && (
          <Menu.Label className={styles['menuNote'] ?? ''}>
            The frozen weights of this run were rounded to 16 bits. The ONNX has them so; LoRA and decoder
            belong to the rounded ones, and over others are a slightly different model.
          </Menu.Label>
        )}
        {keptWeightsOf(run).flatMap((which) =>
          formsOf(run).map(({ form, label }) => (
            <Menu.Item key={`${which} ${form}`} onClick={() => startExport(run, which, form)}>
              {label}, {WHICH_WORDS[which]}
            </Menu.Item>
          )),
        )}
        {LOGS.map(({ label, save }) => (
          <Menu.Item key={label} onClick={() => attempt(() => save(run, store.getState().train.log.events))}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Evaluate and Search with the best weights of the run, or its last ones where none are known as best; a TransUNet has no extractor. */
function UseLinks({ run, attempt }: { readonly run: TrainRun; readonly attempt: Attempt }) {
  const { model } = run.spec;
  const isTransUnet = useStore(
    (state) =>
      model.kind === 'made' &&
      state.models.made.some(({ id, trainsAs }) => id === model.id && trainsAs === 'transunet'),
  );
  const [which] = keptWeightsOf(run);
  if (which === undefined) return null;
  const open = (place: 'evaluate' | 'search') =>
    attempt(() => openTrainedModel(run.spec.runId, which, place));
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => open('evaluate')}>
        Evaluate its {which} model
      </Button>
      {!isTransUnet && (
        <Button variant="default" size="compact-xs" onClick={() => open('search')}>
          Search with its encoder
        </Button>
      )}
    </>
  );
}

function GoOn({ run }: { readonly run: TrainRun }) {
  const status = useRunStatus(run);
  const missing = useMissingCount(run);
  const isTraining = useTrainJob() !== undefined;
  if (status !== 'interrupted' && status !== 'failed') return null;
  const from =
    run.checkpointStep === 0 ? 'from the beginning' : `from step ${formatCount(run.checkpointStep)}`;
  return (
    <>
      <Button
        variant="default"
        size="compact-xs"
        leftSection={<IconPlayerPlay size={14} aria-hidden />}
        disabled={isTraining || missing > 0}
        aria-describedby={missing > 0 ? 'go-on-blocked' : undefined}
        onClick={() => resumeTraining(run)}
      >
        Go on {from}
      </Button>
      {missing > 0 && (
        <span id="go-on-blocked" className={styles['soft']}>
          {formatCounted(missing, 'image')} of this run {missing === 1 ? 'is' : 'are'} not in the cohort now:
          load {missing === 1 ? 'it' : 'them'} in Cohort first.
        </span>
      )}
    </>
  );
}

/** The head of a run. */
export function RunHead({ run }: { readonly run: TrainRun }) {
  const [failure, setFailure] = useState<SerializedError>();
  const status = useRunStatus(run);
  const isUnderWay = status === 'running' || status === 'paused' || status === 'elsewhere';
  const { spec } = run;
  const attempt: Attempt = (action) => {
    setFailure(undefined);
    action().catch((error: unknown) => setFailure(serializeError(error)));
  };
  return (
    <>
      <div className={styles['runHead']}>
        <div>
          <h2 className={styles['runTitle']}>
            {spec.name} <span className={styles['status']}>{STATUS_WORDS[status]}</span>
          </h2>
          <p className={styles['soft']}>
            {METHOD_LABELS[spec.settings.objective.kind]},{' '}
            {formatCounted(spec.training.length, 'training image')},{' '}
            {formatCounted(spec.validation.length, 'validation image')}, {run.adapter}, started{' '}
            {STARTED.format(new Date(run.startedAt))}
          </p>
        </div>
        <div className={styles['actions']}>
          <GoOn run={run} />
          {!isUnderWay && <UseLinks run={run} attempt={attempt} />}
          <ExportMenu run={run} attempt={attempt} />
          {!isUnderWay && (
            <DeleteButton
              key={spec.runId}
              label="Delete"
              question="Delete this run with its checkpoints?"
              onDelete={() => attempt(() => deleteTrainRun(spec.runId))}
            />
          )}
        </div>
      </div>
      {failure !== undefined && <ErrorNotice error={failure} />}
    </>
  );
}
