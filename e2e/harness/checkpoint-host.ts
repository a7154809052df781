/**
 * A host of checkpoints on this machine that answers as public ones do: readable by any page, ranges, an entity tag. A test
 * can make it cut connections, know no ranges, or be readable by no page.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Behaviour {
  /** Bytes after which the connection is cut; null for never. */
  cutAfter: number | null;
  knowsRanges: boolean;
  readableByPages: boolean;
}

export interface CheckpointHost {
  /** "http://127.0.0.1:41234", without a slash. */
  readonly origin: string;
  readonly behaviour: Behaviour;
  /** The Range header of each request, in order; undefined for none. */
  readonly ranges: (string | undefined)[];
  close(): Promise<void>;
}

/** From the last byte that is sent to the cut: a busy machine's browser has read it by then. */
const CUT_DELAY_MS = 3_000;

/** Serves files by their path ("/sam.pth") on a free port. */
export async function hostCheckpoints(files: ReadonlyMap<string, Uint8Array>): Promise<CheckpointHost> {
  const behaviour: Behaviour = { cutAfter: null, knowsRanges: true, readableByPages: true };
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const content = files.get(request.url ?? '');
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    ranges.push(request.headers.range);
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    const from = behaviour.knowsRanges && asked !== undefined ? Number(asked) : 0;
    const body = content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': body.length,
      ETag: '"1"',
      ...(behaviour.readableByPages ? { 'Access-Control-Allow-Origin': '*' } : {}),
      ...(behaviour.knowsRanges ? { 'Accept-Ranges': 'bytes' } : {}),
      ...(from > 0 ? { 'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
    });
    if (behaviour.cutAfter === null || body.length <= behaviour.cutAfter) {
      response.end(body);
      return;
    }
    // A cut connection loses what its reader has not yet taken.
    response.write(body.subarray(0, behaviour.cutAfter), () =>
      setTimeout(() => response.destroy(), CUT_DELAY_MS),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    behaviour,
    ranges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
