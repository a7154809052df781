/** Downloads against a real server on this machine: cut connections, ranges refused, wrong content, cancels. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Progress } from '../../core/tasks.ts';
import type { PublishedFile } from '../../models/zoo/published.ts';
import { createMemoryFile, type RandomAccessFile } from '../data/random-access-file.ts';
import { fetchInto } from './fetch-file.ts';

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) % 256);
const sha256 = createHash('sha256').update(content).digest('hex');

/** How the server answers; a test changes it. */
let behaviour: { cutAfter: number; knowsRanges: boolean; status: number };
let ranges: (string | undefined)[];
let server: Server;
let file: PublishedFile;

function answer(request: IncomingMessage, response: ServerResponse): void {
  ranges.push(request.headers.range);
  if (behaviour.status !== 200) {
    response.writeHead(behaviour.status).end();
    return;
  }
  const from = behaviour.knowsRanges ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
  response.writeHead(from > 0 ? 206 : 200, { 'Content-Length': content.length - from });
  const part = content.subarray(from, from + behaviour.cutAfter);
  response.write(part, () => {
    if (part.length < content.length - from) setTimeout(() => response.destroy(), 20);
    else response.end();
  });
}

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  file = {
    address: `http://127.0.0.1:${port}/x.pth`,
    fileName: 'x.pth',
    byPage: true,
    sizeBytes: content.length,
    sha256,
  };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  behaviour = { cutAfter: Infinity, knowsRanges: true, status: 200 };
  ranges = [];
});

const live = () => new AbortController().signal;
const ignore = () => undefined;
const download = (
  target: RandomAccessFile,
  wanted = file,
  signal = live(),
  report: (p: Progress) => void = ignore,
) => fetchInto(target, wanted, fetch, signal, report);

/** Not `toEqual`, which takes a second for as many numbers. */
function isWhole(target: RandomAccessFile): boolean {
  const bytes = new Uint8Array(target.getSize());
  target.read(bytes, { at: 0 });
  return Buffer.compare(bytes, content) === 0;
}

describe('a download', () => {
  it('arrives whole, with progress up to the size', async () => {
    const target = createMemoryFile();
    const seen: number[] = [];
    await download(target, file, live(), ({ done }) => seen.push(done));
    expect(isWhole(target)).toBe(true);
    expect(seen.at(-1)).toBe(content.length);
  });

  it('goes on where a cut connection left it', async () => {
    const target = createMemoryFile();
    behaviour.cutAfter = 100_000;
    await expect(download(target)).rejects.toMatchObject({
      code: 'download/unreachable',
      message: expect.stringContaining('was lost after') as string,
    });
    const arrived = target.getSize();
    expect(arrived).toBeGreaterThan(0);
    behaviour.cutAfter = Infinity;
    await download(target);
    expect(ranges).toEqual([undefined, `bytes=${arrived}-`]);
    expect(isWhole(target)).toBe(true);
  });

  it('starts again where the server knows no ranges', async () => {
    const target = createMemoryFile();
    behaviour = { cutAfter: 100_000, knowsRanges: false, status: 200 };
    await expect(download(target)).rejects.toMatchObject({ code: 'download/unreachable' });
    behaviour.cutAfter = Infinity;
    await download(target);
    expect(isWhole(target)).toBe(true);
  });

  it('keeps nothing of the wrong content, resumed or not', async () => {
    const target = createMemoryFile();
    target.write(new Uint8Array(1000), { at: 0 });
    await expect(download(target)).rejects.toMatchObject({ code: 'download/wrong-content' });
    expect(target.getSize()).toBe(0);
    await expect(download(target, { ...file, sizeBytes: 1000 })).rejects.toMatchObject({
      code: 'download/wrong-content',
    });
    expect(target.getSize()).toBe(0);
    await download(target);
    expect(isWhole(target)).toBe(true);
  });

  it('accepts the first digits of a hash where only they are published', async () => {
    await download(createMemoryFile(), { ...file, sha256: sha256.slice(0, 8) });
    const wrong = { ...file, sha256: '00000000' };
    await expect(download(createMemoryFile(), wrong)).rejects.toMatchObject({
      code: 'download/wrong-content',
    });
  });

  it('checks a file that is there already without asking', async () => {
    const target = createMemoryFile();
    await download(target);
    await download(target);
    expect(ranges).toHaveLength(1);
  });

  it('says what the host answered', async () => {
    behaviour.status = 403;
    await expect(download(createMemoryFile())).rejects.toMatchObject({
      code: 'download/refused',
      message: expect.stringContaining('answered 403') as string,
    });
  });

  it('says that there is no room left, and keeps what had arrived', async () => {
    const target = createMemoryFile();
    const full: RandomAccessFile = {
      ...target,
      write(bytes, { at }) {
        if (at + bytes.length > 100_000) throw new DOMException('full', 'QuotaExceededError');
        return target.write(bytes, { at });
      },
    };
    await expect(download(full)).rejects.toMatchObject({ code: 'model/storage-full' });
    const arrived = target.getSize();
    expect(arrived).toBeLessThanOrEqual(100_000);
    await download(target);
    expect(isWhole(target)).toBe(true);
  });

  it('keeps what had arrived when it is cancelled', async () => {
    const target = createMemoryFile();
    behaviour.cutAfter = 100_000;
    const controller = new AbortController();
    const cancelled = download(target, file, controller.signal, () => controller.abort());
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    expect(target.getSize()).toBeGreaterThan(0);
  });
});
