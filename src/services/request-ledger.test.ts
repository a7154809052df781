// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isForeign, readLedger, registerRequestSource } from './request-ledger.ts';

const ORIGIN = 'http://localhost:4173';

describe('another origin', () => {
  it.each([
    ['http://localhost:4173/assets/a.js', false],
    ['/assets/a.js', false],
    ['blob:http://localhost:4173/0b2f', false],
    ['data:image/png;base64,AAAA', false],
    ['http://localhost:4174/a.js', true],
    ['https://localhost:4173/a.js', true],
    ['https://example.org/a.js', true],
    ['http://[', true],
  ])('%s: %s', (url, foreign) => expect(isForeign(url, ORIGIN)).toBe(foreign));
});

describe('the ledger', () => {
  const stops: (() => void)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
    vi.useRealTimers();
  });
  const request = (url: string, startedMs: number) => ({ url, startedMs, initiator: 'fetch', sizeBytes: 10 });

  it('joins the requests of all threads by time and marks those that left the origin', async () => {
    stops.push(
      registerRequestSource('data 1', () => Promise.resolve([request(`${window.location.origin}/b`, 2)])),
      registerRequestSource('compute', () => Promise.resolve([request('https://example.org/a', 1)])),
    );
    const { entries, silent } = await readLedger();
    expect(entries.map(({ thread, foreign }) => [thread, foreign])).toEqual([
      ['compute', true],
      ['data 1', false],
    ]);
    expect(silent).toEqual([]);
  });

  it('names threads that fail or do not answer, so that silence is not read as no request', async () => {
    vi.useFakeTimers();
    stops.push(
      registerRequestSource('busy', () => new Promise(() => {})),
      registerRequestSource('dead', () => Promise.reject(new Error('crashed'))),
    );
    const reading = readLedger();
    await vi.advanceTimersByTimeAsync(2000);
    expect((await reading).silent.toSorted()).toEqual(['busy', 'dead']);
  });

  it('keeps what a replaced worker was seen to ask for, and says that it may have asked for more', async () => {
    let isAlive = true;
    stops.push(
      registerRequestSource('compute', () =>
        isAlive ? Promise.resolve([request('/old', 1)]) : Promise.reject(new Error('crashed')),
      ),
    );
    expect(await readLedger()).toMatchObject({ silent: [], replaced: [] });
    isAlive = false;
    // Crashed and not replaced yet.
    expect(await readLedger()).toMatchObject({ entries: [{ url: '/old' }], silent: ['compute'] });
    stops.push(registerRequestSource('compute', () => Promise.resolve([request('/new', 2)])));
    const { entries, silent, replaced } = await readLedger();
    expect(entries.map(({ url }) => url)).toEqual(['/old', '/new']);
    expect({ silent, replaced }).toEqual({ silent: [], replaced: ['compute'] });
  });

  it('forgets a thread that was removed, but not the one that took its name', async () => {
    const stopOld = registerRequestSource('compute', () => Promise.resolve([request('/old', 1)]));
    stops.push(registerRequestSource('compute', () => Promise.resolve([request('/new', 1)])));
    stopOld();
    const { entries } = await readLedger();
    expect(entries.map((entry) => entry.url)).toEqual(['/new']);
  });

  it('lists a worker that is gone and is told of in full once, and not as replaced', async () => {
    const stop = registerRequestSource('download 1', () => Promise.resolve([request('/a', 1)]));
    await readLedger();
    stop();
    stops.push(
      registerRequestSource('download 1', () => Promise.resolve([request('/a', 1), request('/b', 2)])),
    );
    const { entries, replaced } = await readLedger();
    expect(entries.map(({ url }) => url)).toEqual(['/a', '/b']);
    expect(replaced).toEqual([]);
  });
});
