/** Models of earlier visits that are not loaded: they wait on disk and take no memory. */
import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { deleteModel, loadMadeModel } from '../../services/models.ts';
import { useStore } from '../../state/store.ts';
import { formatBytes } from '../../ui/format.ts';
import { DeleteButton } from '../../ui/DeleteButton.tsx';
import styles from './ModelsPlace.module.css';

/** A line for each; nothing when all are loaded. */
export function KeptModels() {
  const { made, models, phase } = useStore((state) => state.models);
  const waiting = useMemo(() => {
    const loaded = new Set(models.map(({ id }) => id));
    return made.filter(({ id }) => !loaded.has(id));
  }, [made, models]);
  // While models are being loaded the list would show those that are about to be.
  if (waiting.length === 0 || phase !== 'ready') return null;
  return (
    <section className={styles['card']} aria-labelledby="kept-title">
      <h2 id="kept-title" className={styles['title']}>
        Kept, not loaded
      </h2>
      <ul className={styles['rows']}>
        {waiting.map(({ id, name, role, sizeBytes }) => (
          <li key={id} className={styles['row']}>
            <span>
              {name} <span className={styles['soft']}>{`${role}, ${formatBytes(sizeBytes)}`}</span>
            </span>
            <div className={styles['buttons']}>
              <Button variant="default" size="compact-xs" onClick={() => void loadMadeModel(id)}>
                Load
              </Button>
              <DeleteButton
                label="Delete"
                question={`Delete its files (${formatBytes(sizeBytes)})?`}
                onDelete={() => void deleteModel(id)}
              />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
