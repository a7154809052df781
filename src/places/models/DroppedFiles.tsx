/** Dropped model files that need the person: those without an evident role, and those that were refused. */
import { Button } from '@mantine/core';
import { chooseRole, putAside } from '../../services/models-add.ts';
import { withoutRejectedModel } from '../../state/models.ts';
import { update, useStore } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { formatBytes } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import styles from './ModelsPlace.module.css';

function dismiss(key: string): void {
  update('models', (models) => withoutRejectedModel(models, key));
}

/** Questions and refusals; nothing when there are none. */
export function DroppedFiles() {
  const withoutRole = useStore((state) => state.models.withoutRole);
  const rejected = useStore((state) => state.models.rejected);
  return (
    <>
      {withoutRole.map(({ key, name, sizeBytes, found }) => (
        <Notice key={key} tone="note" title={`What is ${name} for?`}>
          <p>
            {formatBytes(sizeBytes)}. {found} Its maps may be the logits of classes or the features of an
            encoder.
          </p>
          <div className={styles['actions']}>
            <Button variant="default" size="compact-sm" onClick={() => void chooseRole(key, 'segmenter')}>
              Use as segmenter
            </Button>
            <Button variant="default" size="compact-sm" onClick={() => void chooseRole(key, 'extractor')}>
              Use as feature extractor
            </Button>
            <Button variant="subtle" color="gray" size="compact-sm" onClick={() => putAside(key)}>
              Put aside
            </Button>
          </div>
        </Notice>
      ))}
      {rejected.map(({ key, name, sizeBytes, error }) => (
        <section key={key} className={styles['card']} aria-label={`Not loaded: ${name}`}>
          <div className={styles['head']}>
            <h3>Not loaded: {name}</h3>
            {sizeBytes > 0 && <span className={styles['soft']}>{formatBytes(sizeBytes)}</span>}
            <div className={styles['buttons']}>
              <Button variant="default" size="compact-xs" onClick={() => dismiss(key)}>
                Dismiss
              </Button>
            </div>
          </div>
          <ErrorNotice error={error} />
        </section>
      ))}
    </>
  );
}
