/** Name of the shown run and its exports. */
import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import {
  type ExportedRun,
  saveGroupsCsv,
  saveImagesCsv,
  saveRunJson,
} from '../../services/evaluate-export.ts';
import { PROVIDER_NAMES } from '../../state/device.ts';
import { formatCount, formatCounted } from '../../ui/format.ts';
import styles from './EvaluatePlace.module.css';
import type { Evaluation } from './use-evaluation.ts';

const EXPORTS: readonly {
  readonly label: string;
  readonly save: (exported: ExportedRun) => Promise<void>;
}[] = [
  { label: 'CSV, one row per image', save: saveImagesCsv },
  { label: 'CSV, one row per group', save: saveGroupsCsv },
  { label: 'JSON, everything', save: saveRunJson },
];

/** Heading of the results; what failed to be saved is said beside the button. */
export function RunHead({ evaluation }: { readonly evaluation: Evaluation }) {
  const [failure, setFailure] = useState<string>();
  const { run, images, view } = evaluation;
  const { source } = run;
  const save = async (action: (exported: ExportedRun) => Promise<void>): Promise<void> => {
    if (view.status !== 'done') return;
    setFailure(undefined);
    try {
      await action({ run, images, summary: view.summary });
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div className={styles['runHead']}>
      <div>
        <h2 className={styles['runTitle']}>
          {run.name} {run.status === 'partial' && <span className={styles['partial']}>partial</span>}
        </h2>
        <p className={styles['small']}>
          {formatCounted(run.images.length, 'image')} scored
          {run.failures.length > 0 && `, ${formatCount(run.failures.length)} failed`}
          {run.unmatched.length > 0 && `, ${formatCounted(run.unmatched.length, 'file')} unmatched`},{' '}
          {source.kind === 'segmenter'
            ? `segmenter on ${PROVIDER_NAMES[source.provider]}`
            : 'predictions made elsewhere'}
          , {run.preprocess.crop === null ? 'no crop' : `crop ${run.preprocess.crop} px`}, input{' '}
          {run.preprocess.side} px, {run.preprocess.preset}
        </p>
      </div>
      <div className={styles['cardActions']}>
        {failure !== undefined && (
          <span role="alert" className={styles['small']}>
            Not saved: {failure}
          </span>
        )}
        <Menu position="bottom-end" withinPortal transitionProps={{ duration: 0 }}>
          <Menu.Target>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconDownload size={14} aria-hidden />}
              disabled={view.status !== 'done'}
            >
              Export run
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {EXPORTS.map(({ label, save: action }) => (
              <Menu.Item key={label} onClick={() => void save(action)}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </div>
    </div>
  );
}
