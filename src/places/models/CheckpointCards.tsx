/** Checkpoints at hand: what each is, what would be made of it, and the button that makes it. */
import { Button, NativeSelect } from '@mantine/core';
import {
  chooseBase,
  changeSettings,
  convertCheckpoint,
  dismissCheckpoint,
} from '../../services/models-add.ts';
import {
  baseOf,
  basesFor,
  type CheckpointCard,
  isMade,
  SAM_SIDES,
  sideOf,
} from '../../state/models-checkpoints.ts';
import { useStore } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { formatBytes, formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import styles from './ModelsPlace.module.css';

const ROLES = { segmenter: 'a segmenter', extractor: 'a feature extractor' } as const;

interface CardProps {
  readonly card: CheckpointCard;
}

/** The side a SAM was trained at; null for anything else. */
function ownSideOf(card: CheckpointCard | undefined): number | null {
  return card?.recognised.family === 'sam' ? card.recognised.configuration.side : null;
}

/** Sides to choose from: the usual ones, the SAM's own and the present one. */
function sidesFor(side: number, ownSide: number | null): { value: string; label: string }[] {
  const sides = [...new Set([...SAM_SIDES, side, ownSide ?? side])].toSorted((a, b) => a - b);
  return sides.map((one) => ({
    value: String(one),
    label: one === ownSide ? `${one} px, the SAM's own` : `${one} px`,
  }));
}

function Options({ card }: CardProps) {
  const { key, recognised, settings } = card;
  const checkpoints = useStore((state) => state.models.checkpoints);
  const bases = recognised.family === 'samed-lora' ? basesFor(checkpoints, recognised) : [];
  const base = recognised.family === 'samed-lora' ? baseOf(checkpoints, card) : card;
  const side = sideOf(checkpoints, card);
  return (
    <>
      <div className={styles['options']}>
        {bases.length > 0 && (
          <NativeSelect
            label="SAM it was trained on"
            data={bases.map((one) => ({ value: one.key, label: one.recognised.words }))}
            value={base?.key ?? ''}
            onChange={(event) => chooseBase(key, event.currentTarget.value)}
          />
        )}
        {side !== null && (
          <NativeSelect
            label="Input side"
            data={sidesFor(side, ownSideOf(base))}
            value={String(side)}
            onChange={(event) => changeSettings(key, { side: Number(event.currentTarget.value) })}
          />
        )}
        <NativeSelect
          label="Weights kept in"
          data={[
            { value: 'f32', label: 'single precision' },
            { value: 'f16', label: 'half precision: half the file, rounded' },
          ]}
          value={settings.precision}
          onChange={(event) =>
            changeSettings(key, { precision: event.currentTarget.value === 'f16' ? 'f16' : 'f32' })
          }
        />
      </div>
      {settings.precision === 'f16' && (
        <p className={styles['soft']}>
          Halves are widened when the model is loaded: it computes in single precision on every device, in no
          less memory. Training starts from single precision alone.
        </p>
      )}
    </>
  );
}

/** What adapters wait for. */
function MissingBase({ dim, depth, variant }: { dim: number; depth: number; variant: string }) {
  return (
    <Notice tone="note" title="The SAM it was trained on is missing">
      These are adapters and a mask decoder. Drop the checkpoint of SAM{' '}
      {variant === 'custom' ? `with ${depth} blocks of ${dim} channels` : variant} too, or download it below;
      together they make a segmenter.
    </Notice>
  );
}

function Outcome({ card }: CardProps) {
  const { outline, recognised } = card;
  const hasBase = useStore((state) => baseOf(state.models.checkpoints, card) !== undefined);
  if (recognised.family === 'samed-lora' && !hasBase) return <MissingBase {...recognised} />;
  if (outline.status === 'planning') return <p className={styles['soft']}>Reading its list of tensors.</p>;
  if (outline.status === 'failed') return <ErrorNotice error={outline.error} />;
  const { words, role, sizeBytes, unused } = outline.outline;
  return (
    <>
      <p>
        Makes {ROLES[role]}: {words}, about {formatBytes(sizeBytes)}.
      </p>
      {recognised.family === 'sam' && role === 'extractor' && (
        <p className={styles['soft']}>
          Alone it gives features. Its masks are of no class: for a segmenter drop a SAMed file (LoRA) too.
        </p>
      )}
      {unused.length > 0 && (
        <details>
          <summary>{formatCounted(unused.length, 'tensor is', 'tensors are')} not used by the model</summary>
          <ul className={styles['names']}>
            {unused.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Card({ card }: CardProps) {
  const { key, name, sizeBytes, recognised, outline } = card;
  const isMaking = useStore(({ jobs }) => jobs.running.some(({ kind }) => kind === `make-model-${key}`));
  const isMadeAlready = useStore(({ models }) => isMade(models.checkpoints, card, models.made));
  return (
    <section className={styles['card']} aria-label={`Checkpoint ${name}`}>
      <div className={styles['head']}>
        <h3>{recognised.words}</h3>
        <span className={styles['tag']}>checkpoint</span>
        {isMadeAlready && (
          <span className={styles['tag']} data-active>
            made: see below
          </span>
        )}
        <div className={styles['buttons']}>
          <Button
            variant="default"
            size="compact-xs"
            disabled={isMaking}
            onClick={() => dismissCheckpoint(key)}
          >
            Put aside
          </Button>
        </div>
      </div>
      <p className={styles['soft']}>
        {name}, {formatBytes(sizeBytes)}
      </p>
      <Outcome card={card} />
      <Options card={card} />
      <div className={styles['actions']}>
        <Button
          size="compact-sm"
          variant="default"
          disabled={outline.status !== 'done' || isMadeAlready}
          loading={isMaking}
          onClick={() => void convertCheckpoint(key)}
        >
          Make the model
        </Button>
      </div>
    </section>
  );
}

/** A card for each checkpoint; nothing when there are none. */
export function CheckpointCards() {
  const checkpoints = useStore((state) => state.models.checkpoints);
  return checkpoints.map((card) => <Card key={card.key} card={card} />);
}
