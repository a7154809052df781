/** The frame of the sample inspector at the right: stepping, closing, focus. What it shows is places/cohort/Inspector.tsx. */
import { ActionIcon } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, Suspense, useEffect, useRef } from 'react';
import { update, useStore } from '../state/store.ts';
import { withInspectionStep } from '../state/ui.ts';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import { ErrorNotice } from '../ui/ErrorNotice.tsx';
import { formatCount } from '../ui/format.ts';
import { lazyPart } from '../ui/lazy-part.tsx';
import styles from './InspectorDrawer.module.css';

const Inspector = lazyPart(async () => (await import('../places/cohort/Inspector.tsx')).Inspector);

function step(by: number): void {
  update('ui', (ui) => withInspectionStep(ui, by));
}

function close(): void {
  update('ui', (ui) => ({ ...ui, inspection: null }));
}

/** Sliders, tabs and fields inside the inspector use the arrow keys themselves. */
function ownsArrows(target: EventTarget): boolean {
  return (
    target instanceof Element && target.closest('input, textarea, [role="slider"], [role="tab"]') !== null
  );
}

function onKeyDown(event: KeyboardEvent): void {
  if (ownsArrows(event.target)) return;
  const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  step(by);
}

/** Takes the focus while it is mounted and gives it back to where it was. */
function useBorrowedFocus() {
  const frame = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    frame.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return frame;
}

function OpenInspector({
  sampleIds,
  index,
}: {
  readonly sampleIds: readonly string[];
  readonly index: number;
}) {
  const frame = useBorrowedFocus();
  const sampleId = sampleIds[index];
  return (
    // The aside listens for the arrow keys of everything inside it; it is not a control itself.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside
      ref={frame}
      className={styles['drawer']}
      aria-label="Sample inspector"
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <header className={styles['head']}>
        <h2 className={styles['title']}>Sample</h2>
        <span className={styles['position']}>
          {formatCount(index + 1)} of {formatCount(sampleIds.length)}
        </span>
        <ActionIcon onClick={() => step(-1)} disabled={index === 0} aria-label="Previous sample">
          <IconChevronLeft size={18} aria-hidden />
        </ActionIcon>
        <ActionIcon
          onClick={() => step(1)}
          disabled={index === sampleIds.length - 1}
          aria-label="Next sample"
        >
          <IconChevronRight size={18} aria-hidden />
        </ActionIcon>
        <ActionIcon onClick={close} aria-label="Close the inspector">
          <IconX size={18} aria-hidden />
        </ActionIcon>
      </header>
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles['content']} aria-label="Details of the sample" tabIndex={0}>
        <ErrorBoundary renderFailure={(error, retry) => <ErrorNotice error={error} onRetry={retry} />}>
          <Suspense fallback={null}>{sampleId !== undefined && <Inspector sampleId={sampleId} />}</Suspense>
        </ErrorBoundary>
      </section>
    </aside>
  );
}

/** Lies over the results, so that nothing under the pointer moves when it opens. */
export function InspectorDrawer() {
  const inspection = useStore((state) => state.ui.inspection);
  return inspection === null ? null : <OpenInspector {...inspection} />;
}
