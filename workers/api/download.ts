/**
 * The contract between the page and the download worker, which lives for one download. It is the only thread that may
 * ask another origin, and only the one that its policy names.
 */
import type { PublishedFile } from '../../models/zoo/published.ts';
import type { Report } from '../../core/tasks.ts';

/** A published file in the private files of this page. */
export interface DownloadedFile {
  readonly fileName: string;
  readonly sizeBytes: number;
  /** True when all of it is there and is what was published; else a download that can be resumed. */
  readonly complete: boolean;
}

export interface DownloadWorker {
  /**
   * Fetches a file into private files, from where an earlier attempt stopped; what a cancel or a lost connection leaves
   * is kept for the next. Errors: the signal's reason; `download/unreachable`, `download/refused`,
   * `download/wrong-content` (nothing is kept then), `download/busy` (another tab has the file), `model/storage-full`.
   */
  download(file: PublishedFile, signal: AbortSignal, report: Report): Promise<void>;
}
