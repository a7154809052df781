/** The bar along the bottom: what runs now or ended last, the list of all jobs, and the notice of use. Its height never changes. */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { type KeyboardEvent, useState } from 'react';
import { useStore } from '../state/store.ts';
import { EndedJobLine } from './EndedJobLine.tsx';
import styles from './JobTray.module.css';
import { RunningJobLine } from './RunningJobLine.tsx';

function summary(runningCount: number, failureCount: number): string {
  if (failureCount > 0) return `${failureCount} failed`;
  return runningCount > 0 ? `${runningCount} running` : 'Jobs';
}

/** Every running and ended job, above the bar. */
function JobList() {
  const running = useStore((state) => state.jobs.running);
  const ended = useStore((state) => state.jobs.ended);
  return (
    <section id="job-list" className={styles['list']} aria-label="All jobs">
      {running.length + ended.length === 0 && (
        <p className={styles['none']}>No job has run since the page was loaded.</p>
      )}
      <ul>
        {running.map((job) => (
          <li key={job.id}>
            <RunningJobLine job={job} />
          </li>
        ))}
        {ended.map((job) => (
          <li key={job.id}>
            <EndedJobLine job={job} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Shows the newest running job, else the last one that ended. */
export function JobTray() {
  const [listed, setListed] = useState(false);
  const newest = useStore((state) => state.jobs.running.at(-1));
  const last = useStore((state) => state.jobs.ended[0]);
  const runningCount = useStore((state) => state.jobs.running.length);
  const failureCount = useStore((state) => state.jobs.unseenFailures.length);
  const Chevron = listed ? IconChevronDown : IconChevronUp;

  function closeOnEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !listed) return;
    event.preventDefault();
    setListed(false);
  }

  return (
    // The footer only hears Escape from the controls inside it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <footer className={styles['tray']} onKeyDown={closeOnEscape}>
      {listed && <JobList />}
      <section className={styles['now']} aria-label="Current job">
        {newest !== undefined && <RunningJobLine job={newest} />}
        {newest === undefined && last !== undefined && <EndedJobLine job={last} />}
        {newest === undefined && last === undefined && (
          <span className={styles['none']}>Nothing is running.</span>
        )}
      </section>
      <Button
        variant="subtle"
        color="gray"
        leftSection={
          failureCount > 0 && <IconAlertTriangle size={14} aria-hidden className={styles['warn']} />
        }
        size="compact-xs"
        rightSection={<Chevron size={14} aria-hidden />}
        onClick={() => setListed(!listed)}
        aria-expanded={listed}
        aria-controls="job-list"
        aria-label={`All jobs: ${runningCount} running, ${failureCount} failed`}
      >
        {summary(runningCount, failureCount)}
      </Button>
      <p className={styles['use']}>Research use only, not for clinical use</p>
    </footer>
  );
}
