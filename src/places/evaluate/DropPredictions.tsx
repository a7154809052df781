/** The way in for predictions made elsewhere: a drop anywhere on this page, or a file dialog. */
import { Button } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useRef } from 'react';
import { filesOfInput } from '../../services/dropped-files.ts';
import type { FoundFile } from '../../services/dropped-files.ts';
import { startPredictionRun } from '../../services/evaluate-predictions.ts';
import styles from './EvaluatePlace.module.css';

async function score(list: FileList): Promise<void> {
  const files: FoundFile[] = [];
  for await (const file of filesOfInput([...list]).files) files.push(file);
  if (files.length > 0) startPredictionRun(files);
}

/** One line: what can be dropped, and the button. */
export function DropPredictions() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={styles['drop']}>
      <IconUpload size={16} stroke={1.75} aria-hidden />
      <span className={styles['dropText']}>
        Masks predicted elsewhere can be scored too: drop .png, .npz or .npy files here, each named like its
        sample, with 0 background, 1 rim, 2 cup.
      </span>
      <Button variant="default" size="compact-xs" onClick={() => input.current?.click()}>
        Choose prediction files
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept=".npz,.npy,.png"
        aria-label="Prediction files"
        onChange={(event) => {
          const { files } = event.currentTarget;
          if (files !== null) void score(files);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}
