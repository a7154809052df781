/**
 * The contract between the page and the folder worker, which lists folders by their handles: a handle for every file, thousands
 * of them, would hold up the page's own thread when they are collected.
 */
import type { IngestFile } from './data.ts';

export type ListingId = number;

export interface FolderWorker {
  /** Begins the listing of a folder at any depth. `path` of its files begins with the folder's name. */
  open(folder: FileSystemDirectoryHandle): Promise<ListingId>;
  /**
   * The next files, in the order of their names, a folder's own before those of the folders in it; none at the end. A file that
   * vanished meanwhile is left out. Errors: what the browser refuses a folder with.
   */
  next(listing: ListingId): Promise<readonly IngestFile[]>;
  /** Gives a listing up; one that has ended is left alone. */
  close(listing: ListingId): Promise<void>;
}
