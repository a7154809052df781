/** An error where it happened: title, sentence, what to do, and the details to copy. */
import { Button, CopyButton } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { SerializedError } from '../../core/errors.ts';
import { ERROR_CATALOGUE } from './error-catalogue.ts';
import styles from './Notice.module.css';
import { softwareVersion } from '../services/version.ts';

/** The plain text of an error that goes into a bug report; `version` is the software's. */
export function errorDetails(error: SerializedError, version: string): string {
  const context = error.context === undefined ? [] : [`context: ${JSON.stringify(error.context)}`];
  const stack = error.stack === undefined ? [] : [error.stack];
  return [
    `EquiSeg ${version}`,
    `code: ${error.code}`,
    `message: ${error.message}`,
    ...context,
    ...stack,
  ].join('\n');
}

export interface ErrorNoticeProps {
  readonly error: SerializedError;
  readonly onRetry?: () => void;
  /** Takes the notice away. */
  readonly onClose?: () => void;
}

/** Title and hint come from the catalogue by the error's code; its own hint, where it has one, comes first. */
export function ErrorNotice({ error, onRetry, onClose }: ErrorNoticeProps) {
  const entry = ERROR_CATALOGUE[error.code];
  return (
    <div role="alert" className={styles['notice']} data-tone="fail">
      <IconAlertTriangle size={18} stroke={1.75} aria-hidden className={styles['icon']} />
      <div className={styles['body']}>
        <p className={styles['title']}>
          {entry.title} <code className={styles['code']}>{error.code}</code>
        </p>
        <p>{error.message}</p>
        <p className={styles['hint']}>{error.hint ?? entry.hint}</p>
        <div className={styles['actions']}>
          {onRetry && (
            <Button variant="default" size="compact-xs" onClick={onRetry}>
              Try again
            </Button>
          )}
          {error.code === 'page/part-not-loaded' && (
            <Button variant="default" size="compact-xs" onClick={() => window.location.reload()}>
              Reload the page
            </Button>
          )}
          <CopyButton value={errorDetails(error, softwareVersion)}>
            {({ copied, copy }) => (
              <Button variant="subtle" color="gray" size="compact-xs" onClick={copy}>
                {copied ? 'Copied' : 'Copy details'}
              </Button>
            )}
          </CopyButton>
          {onClose && (
            <Button variant="subtle" color="gray" size="compact-xs" onClick={onClose}>
              Close
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}
