/** The list of runs: which is shown, which it is compared with, renaming, deleting with undo. */
import { ActionIcon, Button, Radio, Select, TextInput } from '@mantine/core';
import { IconCheck, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { deleteRun, renameRun, undoDelete } from '../../services/evaluate-runs.ts';
import { type EvaluationRun, withShownRun } from '../../state/evaluate.ts';
import { update, useStore } from '../../state/store.ts';
import { formatCount } from '../../ui/format.ts';
import styles from './EvaluatePlace.module.css';

const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

function NameCell({ run }: { readonly run: EvaluationRun }) {
  const [draft, setDraft] = useState<string>();
  if (draft === undefined) {
    return (
      <div className={styles['runName']}>
        <span>{run.name}</span>
        <ActionIcon size={20} onClick={() => setDraft(run.name)} aria-label={`Rename ${run.name}`}>
          <IconPencil size={14} aria-hidden />
        </ActionIcon>
      </div>
    );
  }
  const save = () => {
    void renameRun(run.id, draft);
    setDraft(undefined);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextInput
        size="xs"
        value={draft}
        aria-label={`New name of ${run.name}`}
        // The person has just asked to type here.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setDraft(undefined);
        }}
        rightSection={
          <ActionIcon size={20} type="submit" aria-label="Save the name">
            <IconCheck size={14} aria-hidden />
          </ActionIcon>
        }
      />
    </form>
  );
}

function RunRow({ run, isShown }: { readonly run: EvaluationRun; readonly isShown: boolean }) {
  return (
    <tr data-shown={isShown || undefined}>
      <td>
        <Radio
          size="xs"
          name="shown-run"
          checked={isShown}
          onChange={() => update('evaluate', (evaluate) => withShownRun(evaluate, run.id))}
          aria-label={`Show ${run.name}`}
        />
      </td>
      <th scope="row" title={run.name}>
        <NameCell run={run} />
      </th>
      <td>{run.status === 'partial' ? <span className={styles['partial']}>partial</span> : 'whole'}</td>
      <td data-numeric>
        {formatCount(run.images.length)} of {formatCount(run.plannedCount)}
        {run.failures.length > 0 && `, ${formatCount(run.failures.length)} failed`}
      </td>
      <td className={styles['started']}>{DATE.format(run.startedMs)}</td>
      <td>
        <ActionIcon size={20} onClick={() => void deleteRun(run.id)} aria-label={`Delete ${run.name}`}>
          <IconTrash size={14} aria-hidden />
        </ActionIcon>
      </td>
    </tr>
  );
}

function CompareChoice() {
  const runs = useStore((state) => state.evaluate.runs);
  const shownId = useStore((state) => state.evaluate.shownRunId);
  const comparedId = useStore((state) => state.evaluate.comparedRunId);
  const others = runs.filter(({ id }) => id !== shownId);
  return (
    <Select
      size="xs"
      aria-label="Compare with"
      placeholder={others.length === 0 ? 'Compare: needs a second run' : 'Compare with another run'}
      data={others.map(({ id, name, startedMs }) => ({
        value: id,
        label: `${name}, ${DATE.format(startedMs)}`,
      }))}
      value={comparedId}
      clearable
      clearButtonProps={{ 'aria-label': 'Compare with no run' }}
      disabled={others.length === 0}
      onChange={(comparedRunId) => update('evaluate', (evaluate) => ({ ...evaluate, comparedRunId }))}
      w={280}
    />
  );
}

/** All runs, newest first; scrolls by itself when there are many. */
export function RunList() {
  const runs = useStore((state) => state.evaluate.runs);
  const shownId = useStore((state) => state.evaluate.shownRunId);
  const deleted = useStore((state) => state.evaluate.deleted);
  return (
    <section className={styles['card']} aria-labelledby="runs-title">
      <div className={styles['cardHead']}>
        <h2 id="runs-title" className={styles['cardTitle']}>
          Runs
        </h2>
        <div className={styles['cardActions']}>
          {deleted !== null && (
            <output className={styles['small']}>
              Deleted {deleted.name}.{' '}
              <Button variant="default" size="compact-xs" onClick={() => void undoDelete()}>
                Undo
              </Button>
            </output>
          )}
          <CompareChoice />
        </div>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles['scroll']} aria-label="List of runs" tabIndex={0}>
        <table className={styles['runs']}>
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Shown</span>
              </th>
              <th scope="col">Name</th>
              <th scope="col">State</th>
              <th scope="col" data-numeric>
                Images scored
              </th>
              <th scope="col" className={styles['started']}>
                Started
              </th>
              <th scope="col">
                <span className="visually-hidden">Delete</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <RunRow key={run.id} run={run} isShown={run.id === shownId} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
