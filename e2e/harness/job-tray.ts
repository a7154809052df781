/** What the job tray says, read as a person reads it: how far the current job is, and how it ended. */
import type { Page } from '@playwright/test';

export interface TrayState {
  /** The whole line: label, phase, counts, or how the job ended. */
  readonly text: string;
  /** Items done so far; undefined when the line gives no count. */
  readonly done: number | undefined;
  readonly end: 'done' | 'cancelled' | 'failed' | undefined;
}

/** Reads the tray's line of the newest job. */
export async function readTray(page: Page): Promise<TrayState> {
  // Not by role: that computes the names of everything on the page, on the thread that benchmarks measure.
  const text = await page.locator('section[aria-label="Current job"]').innerText();
  const counted = /: ([\d,]+)(?: of [\d,]+)? \w/.exec(text);
  const ended = /\b(done|cancelled|failed) after /.exec(text);
  return {
    text,
    done: counted === null ? undefined : Number((counted[1] as string).replaceAll(',', '')),
    end: ended === null ? undefined : (ended[1] as 'done' | 'cancelled' | 'failed'),
  };
}

/** Waits until the newest job has ended, calling `look` at every reading. Throws when it does not end as `done`. */
export async function waitForJob(
  page: Page,
  look: (state: TrayState) => Promise<void> | void = () => {},
  everyMs = 100,
): Promise<TrayState> {
  for (;;) {
    const state = await readTray(page);
    await look(state);
    if (state.end === 'done') return state;
    if (state.end !== undefined) throw new Error(`The job did not end well: ${state.text}`);
    await page.waitForTimeout(everyMs);
  }
}
