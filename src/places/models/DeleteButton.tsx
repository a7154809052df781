/** A button that asks once before it deletes: the question takes its place. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import styles from './ModelsPlace.module.css';

export interface DeleteButtonProps {
  readonly label: string;
  /** "Delete its files (358 MB)?" */
  readonly question: string;
  readonly onDelete: () => void;
}

/** The button, and after a click the question. */
export function DeleteButton({ label, question, onDelete }: DeleteButtonProps) {
  const [isAsking, setIsAsking] = useState(false);
  if (!isAsking) {
    return (
      <Button variant="default" size="compact-xs" onClick={() => setIsAsking(true)}>
        {label}
      </Button>
    );
  }
  return (
    <span className={styles['question']}>
      {question}
      <Button color="red" size="compact-xs" onClick={onDelete}>
        Delete
      </Button>
      <Button variant="default" size="compact-xs" onClick={() => setIsAsking(false)}>
        Keep
      </Button>
    </span>
  );
}
