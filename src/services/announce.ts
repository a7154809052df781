/** The page's one voice for screen readers: sentences queue for the polite live region, no faster than they can be spoken. */
import { update } from '../state/store.ts';
import { withAnnouncement } from '../state/ui.ts';

/** Time a short sentence needs to be spoken before the next may follow. */
const BETWEEN_MS = 1500;
/** A longer queue would lag behind what happens; the oldest sentences are dropped. */
const QUEUE_LIMIT = 4;

const queue: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

function speakNext(): void {
  const text = queue.shift();
  timer = undefined;
  if (text === undefined) return;
  update('ui', (ui) => withAnnouncement(ui, text));
  timer = setTimeout(speakNext, BETWEEN_MS);
}

/** Says a sentence through the live region, at once when it is silent, else after those before it. */
export function announce(text: string): void {
  queue.push(text);
  if (queue.length > QUEUE_LIMIT) queue.shift();
  if (timer === undefined) speakNext();
}
