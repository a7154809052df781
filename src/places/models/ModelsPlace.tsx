/** The Models place: where models run, which are loaded and in use, and how their self-tests went. */
import { Button } from '@mantine/core';
import { IconFilePlus } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { filesOfInput } from '../../services/dropped-files.ts';
import { addModelFiles } from '../../services/models-add.ts';
import { prepareModels } from '../../services/models.ts';
import type { ModelReport } from '../../../workers/api/compute.ts';
import { activeModelOf, type ModelsState } from '../../state/models.ts';
import { type CheckpointCard, isMade } from '../../state/models-checkpoints.ts';
import { update, useStore } from '../../state/store.ts';
import { formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';
import { CheckpointCards } from './CheckpointCards.tsx';
import { DeviceCard } from './DeviceCard.tsx';
import { DroppedFiles } from './DroppedFiles.tsx';
import { KeptModels } from './KeptModels.tsx';
import { ModelCard } from './ModelCard.tsx';
import { ModelSettings } from './ModelSettings.tsx';
import { PublishedCheckpoints } from './PublishedCheckpoints.tsx';
import styles from './ModelsPlace.module.css';

function nextStep(models: ModelsState): string {
  const { withoutRole, checkpoints, rejected, phase, made } = models;
  if (withoutRole.length > 0) return 'Say what the dropped file is for: segmenter or feature extractor.';
  const isUnmade = (card: CheckpointCard) =>
    card.outline.status === 'done' && !isMade(checkpoints, card, made);
  if (checkpoints.some(isUnmade))
    return 'Make a model of the checkpoint below; it is kept, and used in Search or Evaluate.';
  if (rejected.length > 0)
    return 'A file could not be used: read why below, or go on with the models that are loaded.';
  if (phase === 'loading') return 'Models are being loaded and tested on every provider.';
  if (phase === 'idle')
    return 'Models are not loaded yet: start the device, or open another place; they load when needed.';
  return `${formatCounted(models.models.length, 'model')} ready. Go on to Search, or drop a checkpoint or an .onnx file.`;
}

/** Those of the person before those that come with the page. */
function inOrder(models: readonly ModelReport[]): readonly ModelReport[] {
  return models.toSorted((a, b) => Number(a.source === 'embedded') - Number(b.source === 'embedded'));
}

async function addPicked(list: FileList): Promise<void> {
  const files = [];
  for await (const found of filesOfInput(list).files) files.push(found);
  await addModelFiles(files);
}

function RestartNotice({ reason }: { readonly reason: string }) {
  const phase = useStore((state) => state.models.phase);
  const dismiss = () => update('models', (models) => ({ ...models, restartReason: null }));
  return (
    <Notice tone="warn" title="The device was restarted">
      <p>
        {reason}{' '}
        {phase === 'ready'
          ? 'A fresh worker runs and has the models again. Start again what was stopped.'
          : 'A fresh worker has started and is loading the models again.'}
      </p>
      <div className={styles['actions']}>
        <Button variant="default" size="compact-xs" onClick={dismiss}>
          Dismiss
        </Button>
      </div>
    </Notice>
  );
}

/** Shown at #/models. */
export function ModelsPlace() {
  const models = useStore((state) => state.models);
  const picker = useRef<HTMLInputElement>(null);
  // The device and the embedded models are started on coming here.
  useEffect(prepareModels, []);
  const active = new Set([activeModelOf(models, 'segmenter')?.id, activeModelOf(models, 'extractor')?.id]);
  return (
    <PlaceLayout
      title="Models"
      next={nextStep(models)}
      action={{
        label: 'Add a model file',
        icon: <IconFilePlus size={16} aria-hidden />,
        onClick: () => picker.current?.click(),
      }}
      settings={<ModelSettings />}
    >
      <div className={styles['page']}>
        <input
          ref={picker}
          type="file"
          accept=".onnx,.pth,.pt,.safetensors,.npz,.data,.bin,.json"
          multiple
          hidden
          aria-label="Model files"
          onChange={(event) => {
            const { files } = event.currentTarget;
            if (files !== null) void addPicked(files);
            event.currentTarget.value = '';
          }}
        />
        {models.restartReason !== null && <RestartNotice reason={models.restartReason} />}
        <DroppedFiles />
        <CheckpointCards />
        <DeviceCard />
        {inOrder(models.models).map((model) => (
          <ModelCard key={model.id} model={model} isActive={active.has(model.id)} />
        ))}
        {models.models.length === 0 && (
          <p className={styles['soft']}>
            Two segmenters and two feature extractors come with the page. They appear here when they have been
            loaded and tested.
          </p>
        )}
        <KeptModels />
        <PublishedCheckpoints />
      </div>
    </PlaceLayout>
  );
}
