/** Files of models for the commands: checkpoints read by slices, ONNX written piece by piece. */
import { createHash } from 'node:crypto';
import { createReadStream, fstatSync, openSync, read, type Stats } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { WorkbenchError } from '../core/errors.ts';
import { type ByteSource, createByteSource } from '../core/formats/byte-source.ts';
import type { CreateFile } from '../models/onnx/sink.ts';

/** A mistake in the command line, told in a sentence and without a stack. */
export class UsageError extends Error {}

/** Exit codes: the command line is wrong; the files are. */
export const EXIT_USAGE = 2;
export const EXIT_FAILED = 1;

const readSlice = promisify(read);

/** A folder can be opened, and fails when it is read only. */
function requireFile(stats: Stats): Stats {
  if (stats.isFile()) return stats;
  throw new Error('it is no file');
}

/** Opens a file for reading by slices, until the process ends. Errors: `file/unreadable`. */
export function openFile(path: string): ByteSource {
  try {
    // A number: Node warns of a handle that is collected before it was closed.
    const file = openSync(path, 'r');
    const { size } = requireFile(fstatSync(file));
    return createByteSource(
      size,
      async (buffer, offset) => (await readSlice(file, buffer, 0, buffer.length, offset)).bytesRead,
    );
  } catch (cause) {
    throw new WorkbenchError('file/unreadable', `${basename(path)} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** SHA-256 of a file in lower-case hex. */
export async function hashFile(path: string): Promise<string> {
  const sha = createHash('sha256');
  for await (const piece of createReadStream(path)) sha.update(piece as Buffer);
  return sha.digest('hex');
}

export interface OutputFolder {
  readonly create: CreateFile;
  /** Names of the files made so far. */
  readonly names: readonly string[];
  /** Removes every file made so far. */
  discard(): Promise<void>;
}

/** A folder to write into, made where there is none. A file that is there already is an error, not written over. */
export async function openOutputFolder(path: string): Promise<OutputFolder> {
  await mkdir(path, { recursive: true });
  const names: string[] = [];
  return {
    names,
    async create(name) {
      const handle = await open(join(path, name), 'wx').catch((cause: unknown) => {
        throw new UsageError(`${join(path, name)} cannot be made: ${messageOf(cause)}`, { cause });
      });
      names.push(name);
      return {
        async write(bytes) {
          for (let done = 0; done < bytes.length;) {
            done += (await handle.write(bytes, done)).bytesWritten;
          }
        },
        close: () => handle.close(),
      };
    },
    async discard() {
      for (const name of names.splice(0)) await rm(join(path, name));
    },
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Prints what went wrong as sentences, with the file it is about where it does not say so, and sets the process's exit code. */
export function failWith(error: unknown, usage: string, file?: string): void {
  if (error instanceof UsageError) {
    console.error(`${error.message}\nUsage: ${usage}`);
    process.exitCode = EXIT_USAGE;
    return;
  }
  const code = error instanceof WorkbenchError ? ` (${error.code})` : '';
  const hint = error instanceof WorkbenchError && error.hint !== undefined ? `\n${error.hint}` : '';
  console.error(`${file === undefined ? '' : `${file}: `}${messageOf(error)}${code}${hint}`);
  process.exitCode = EXIT_FAILED;
}
