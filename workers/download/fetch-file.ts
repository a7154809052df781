/**
 * Fetches a file into a random-access file: resumed where an earlier attempt stopped, hashed as it arrives. Knows nothing
 * of where the file lies nor of the page.
 */
import { WorkbenchError } from '../../core/errors.ts';
import { createSha256, type Sha256 } from '../../core/sha256.ts';
import { createYielder, type Report } from '../../core/tasks.ts';
import type { PublishedFile } from '../../models/zoo/published.ts';
import type { RandomAccessFile } from '../data/random-access-file.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Written data is made durable this often, so that a crash costs little. */
const FLUSH_EVERY_BYTES = 32 * 1024 * 1024;

export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

function wrongContent(sentence: string): WorkbenchError {
  return new WorkbenchError('download/wrong-content', `${sentence} It was not kept.`);
}

function storageFull(cause?: unknown): WorkbenchError {
  const sentence =
    'The browser has no room left for this download. What has arrived is kept; the next attempt goes on from there.';
  return new WorkbenchError('model/storage-full', sentence, { cause });
}

/** Feeds what an earlier attempt left to the digest. */
async function hashExisting(
  target: RandomAccessFile,
  sha: Sha256,
  totalBytes: number,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const sizeBytes = target.getSize();
  const chunk = new Uint8Array(CHUNK_BYTES);
  const yieldNow = createYielder(signal);
  for (let at = 0; at < sizeBytes; at += CHUNK_BYTES) {
    const count = target.read(chunk, { at });
    sha.update(chunk.subarray(0, count));
    report({ phase: 'Checking what is there already', done: at + count, total: totalBytes, unit: 'bytes' });
    await yieldNow();
  }
}

/** The answer to a request for the bytes from `from` on. */
async function request(
  fetchFile: Fetch,
  address: string,
  from: number,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetchFile(address, {
      signal,
      // A range from an offset to the end needs no preflight request; a validator of the version would, and the hash decides anyway.
      headers: from === 0 ? {} : { Range: `bytes=${from}-` },
      mode: 'cors',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw unreachable(address, cause);
  }
}

function unreachable(address: string, cause: unknown): WorkbenchError {
  return new WorkbenchError(
    'download/unreachable',
    `${new URL(address).host} could not be reached, or does not let pages read this file.`,
    { cause },
  );
}

function interrupted(address: string, arrivedBytes: number, cause?: unknown): WorkbenchError {
  return new WorkbenchError(
    'download/unreachable',
    `The connection to ${new URL(address).host} was lost after ${arrivedBytes} bytes. They are kept; the next attempt goes on from there.`,
    { cause },
  );
}

/** Appends the body to the file and the digest. */
async function receive(
  response: Response,
  target: RandomAccessFile,
  sha: Sha256,
  { address, sizeBytes }: PublishedFile,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const reader = response.body?.getReader();
  let at = target.getSize();
  let flushed = at;
  try {
    for (;;) {
      const part = await reader?.read().catch((cause: unknown) => {
        signal.throwIfAborted();
        throw interrupted(address, at, cause);
      });
      if (part === undefined || part.done) break;
      const { value } = part;
      if (at + value.length > sizeBytes) {
        throw wrongContent(`More than the ${sizeBytes} bytes of the published file arrived.`);
      }
      if (target.write(value, { at }) !== value.length) {
        throw storageFull();
      }
      sha.update(value);
      at += value.length;
      if (at - flushed > FLUSH_EVERY_BYTES) {
        target.flush();
        flushed = at;
      }
      report({
        phase: 'Downloading',
        done: at,
        total: sizeBytes,
        unit: 'bytes',
        doneBytes: at,
        totalBytes: sizeBytes,
      });
      signal.throwIfAborted();
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
    target.flush();
  }
}

/**
 * Completes `target` to the published file. After `download/wrong-content` the target is empty; after any other error or
 * a cancel it holds what arrived, and the next call goes on from there.
 * Errors: the signal's reason; `download/unreachable`, `download/refused`, `download/wrong-content`, `model/storage-full`.
 */
export async function fetchInto(
  target: RandomAccessFile,
  file: PublishedFile,
  fetchFile: Fetch,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  try {
    let sha = createSha256();
    if (target.getSize() > file.sizeBytes) target.truncate(0);
    await hashExisting(target, sha, file.sizeBytes, signal, report);
    const from = target.getSize();
    if (from < file.sizeBytes) {
      const response = await request(fetchFile, file.address, from, signal);
      if (!response.ok) {
        await response.body?.cancel();
        throw new WorkbenchError(
          'download/refused',
          `${new URL(file.address).host} answered ${response.status} to the request for ${file.fileName}.`,
        );
      }
      if (from > 0 && response.status !== 206) {
        // The host knows no ranges: it sends everything again.
        target.truncate(0);
        sha = createSha256();
      }
      await receive(response, target, sha, file, signal, report);
    }
    if (target.getSize() < file.sizeBytes) {
      throw interrupted(file.address, target.getSize());
    }
    const digest = sha.digest();
    if (!digest.startsWith(file.sha256)) {
      throw wrongContent(
        `The SHA-256 of what arrived begins with ${digest.slice(0, 16)}; that of the published file with ${file.sha256.slice(0, 16)}.`,
      );
    }
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === 'download/wrong-content') target.truncate(0);
    if (error instanceof DOMException && error.name === 'QuotaExceededError') throw storageFull(error);
    throw error;
  }
}
