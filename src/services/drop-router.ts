/**
 * Sends what a person drops or picks, on whatever page, to whom it is for. Places register what they take; samples and
 * split lists, and whatever nobody claims, go to the cohort, which reports the files it has no use for.
 */
import { store } from '../state/store.ts';
import { type PageName, PLACES } from '../state/ui.ts';
import { formatCounted } from '../ui/format.ts';
import { classifyFile, type FileKind, type FoundFile, type FoundItems } from './dropped-files.ts';
import { startJob } from './jobs.ts';

export interface DropHandler {
  /** Whether this file is for the place. Asked for every file, so it must be quick. */
  readonly claims: (found: FoundFile, kind: FileKind, page: PageName) => boolean;
  /** Gets all files it claimed of one drop, once the drop has been listed. Reports its own errors. */
  readonly handle: (files: readonly FoundFile[]) => void | Promise<void>;
}

/** Takes the stream of what nobody claimed, which is never empty, and the folders of the drop. */
export type CohortIntake = (items: FoundItems) => Promise<void>;

const handlers: DropHandler[] = [];

/** Registers a place's handler; the earliest that claims a file gets it. Returns the function that takes it back. */
export function registerDropHandler(handler: DropHandler): () => void {
  handlers.push(handler);
  return () => {
    const index = handlers.indexOf(handler);
    if (index !== -1) handlers.splice(index, 1);
  };
}

/** A listing that lasts longer than this is shown. */
const SHOW_AFTER_MS = 500;

/** The listing of a drop of which the cohort has not heard: what was found, and whether the person stopped it. */
interface Listing {
  foundCount: number;
  isStopped: boolean;
}

let listingCount = 0;

/** Shows a listing as a job, should it last, until `end`. */
function showListing(listing: Listing, end: Promise<unknown>): void {
  const { page } = store.getState().ui;
  listingCount++;
  // A kind of its own: a job of the same kind would be stopped, and a drop be lost because of the next.
  const kind = `list-files-${listingCount}`;
  const show = () =>
    startJob({
      kind,
      label: 'Listing what was dropped',
      place: PLACES.find((name) => name === page) ?? 'cohort',
      async run(signal, report) {
        const tell = () => report({ phase: 'Listing', done: listing.foundCount, total: 0, unit: 'files' });
        tell();
        const timer = setInterval(tell, SHOW_AFTER_MS);
        signal.addEventListener('abort', () => {
          listing.isStopped = true;
        });
        await end;
        clearInterval(timer);
        signal.throwIfAborted();
      },
      summarize: ({ status }) =>
        status === 'cancelled' ? 'Nothing was read.' : `${formatCounted(listing.foundCount, 'file')} found.`,
    });
  const timer = setTimeout(show, SHOW_AFTER_MS);
  void end.finally(() => clearTimeout(timer));
}

/** Routes one drop. Resolves when every part has been handed over and the cohort has let go of its stream. */
export async function routeDrop(items: FoundItems, intake: CohortIntake): Promise<void> {
  const { page } = store.getState().ui;
  const claimed = new Map<DropHandler, FoundFile[]>();
  const listing: Listing = { foundCount: 0, isStopped: false };

  async function* unclaimed(): AsyncGenerator<FoundFile> {
    for await (const found of items.files) {
      if (listing.isStopped) return;
      listing.foundCount++;
      const kind = classifyFile(found.path);
      const owner = handlers.find((handler) => handler.claims(found, kind, page));
      if (owner === undefined) {
        yield found;
        continue;
      }
      const files = claimed.get(owner);
      if (files === undefined) claimed.set(owner, [found]);
      else files.push(found);
    }
  }

  // The cohort is only bothered when there is something for it; a single model file starts no reading of samples.
  const stream = unclaimed();
  const first = stream.next();
  async function* fromFirst(): AsyncGenerator<FoundFile> {
    const { done, value } = await first;
    if (done !== true) yield value;
    yield* stream;
  }
  // A listing that fails at its first file is the cohort's too: its job says why.
  const ended = first.then(
    ({ done }) => done === true,
    () => false,
  );
  showListing(listing, ended);
  const isEmpty = await ended;
  if (listing.isStopped) return;
  if (!isEmpty || claimed.size === 0) {
    await intake({ files: fromFirst(), folders: items.folders });
  }
  await Promise.all([...claimed].map(async ([owner, files]) => owner.handle(files)));
}
