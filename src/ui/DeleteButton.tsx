/** A button that asks once before it deletes: the question takes its place, and the focus goes with it. */
import { Button } from '@mantine/core';
import { useId, useState } from 'react';
import { focusPlaceTitle } from '../services/navigation.ts';
import styles from './DeleteButton.module.css';

export interface DeleteButtonProps {
  readonly label: string;
  /** "Delete its files (358 MB)?" */
  readonly question: string;
  readonly onDelete: () => void;
}

/** As a ref: the button takes the focus of the one whose place it takes. */
function takeFocus(button: HTMLButtonElement | null): void {
  button?.focus();
}

/** The button, and after a click the question. */
export function DeleteButton({ label, question, onDelete }: DeleteButtonProps) {
  const [state, setState] = useState<'untouched' | 'asking' | 'kept'>('untouched');
  const questionId = useId();
  if (state !== 'asking') {
    return (
      <Button
        key="ask"
        ref={state === 'kept' ? takeFocus : undefined}
        variant="default"
        size="compact-xs"
        onClick={() => setState('asking')}
      >
        {label}
      </Button>
    );
  }
  return (
    <span className={styles['question']}>
      <span id={questionId}>{question}</span>
      <Button
        color="red"
        size="compact-xs"
        onClick={() => {
          onDelete();
          // What this button stands in goes with what it deletes.
          focusPlaceTitle();
        }}
      >
        Delete
      </Button>
      <Button
        ref={takeFocus}
        variant="default"
        size="compact-xs"
        aria-describedby={questionId}
        onClick={() => setState('kept')}
      >
        Keep
      </Button>
    </span>
  );
}
