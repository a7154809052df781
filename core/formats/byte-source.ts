/**
 * Bytes that are read in slices, so that a file of hundreds of megabytes is never held whole: a dropped file, a file of
 * the origin private file system, a file handle of Node, or memory.
 */
import { WorkbenchError } from '../errors.ts';

export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * The bytes from `offset` on, exactly `lengthBytes` of them, in a buffer of their own that the caller may keep and change.
   * Errors: `file/unreadable`, `file/changed` (the file has become shorter).
   */
  read(offset: number, lengthBytes: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Bytes from a function that fills a buffer from a place in a file and says how much it filled, as the file handles of
 * Node and of the origin private file system do.
 */
export function createByteSource(
  sizeBytes: number,
  fill: (buffer: Uint8Array<ArrayBuffer>, offset: number) => number | Promise<number>,
): ByteSource {
  return {
    sizeBytes,
    async read(offset, lengthBytes) {
      const bytes = new Uint8Array(lengthBytes);
      for (let done = 0; done < lengthBytes;) {
        // A handle may fill less than asked for; only nothing at all is the end of the file.
        const count = await fill(bytes.subarray(done), offset + done);
        if (count === 0) throw shorterThanBefore(offset, lengthBytes);
        done += count;
      }
      return bytes;
    },
  };
}

/** Bytes of a dropped file, or of a file of the origin private file system. */
export function openBlob(blob: Blob): ByteSource {
  return {
    sizeBytes: blob.size,
    async read(offset, lengthBytes) {
      let buffer: ArrayBuffer;
      try {
        buffer = await blob.slice(offset, offset + lengthBytes).arrayBuffer();
      } catch (cause) {
        throw new WorkbenchError('file/unreadable', 'The file cannot be read any more.', { cause });
      }
      if (buffer.byteLength !== lengthBytes) throw shorterThanBefore(offset, lengthBytes);
      return new Uint8Array(buffer);
    },
  };
}

/** Bytes that are in memory already. Ownership: borrows `bytes`; each read copies its slice. */
export function openMemory(bytes: Uint8Array): ByteSource {
  return createByteSource(bytes.length, (buffer, offset) => {
    const part = bytes.subarray(offset, offset + buffer.length);
    buffer.set(part);
    return part.length;
  });
}

function shorterThanBefore(offset: number, lengthBytes: number): WorkbenchError {
  return new WorkbenchError(
    'file/changed',
    'The file is shorter than it was when it was opened. Drop it again.',
    {
      context: { offset, lengthBytes },
    },
  );
}
