/** Where files are written that are too large to hold: piece by piece. */

export interface FileSink {
  /** Appends. Ownership: `bytes` are borrowed until it resolves. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Makes a new, empty file of a folder. The folder's owner removes what a failed or cancelled writer left. */
export type CreateFile = (name: string) => Promise<FileSink>;
