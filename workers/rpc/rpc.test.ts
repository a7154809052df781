/** The connection of two threads over a message channel: errors, cancellation, progress, transfer, crashes. */
import { afterEach, describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../core/errors.ts';
import type { Progress, Report } from '../../core/tasks.ts';
import { type Connection, connectPort, connectWorker } from './connect.ts';
import { exposeApi } from './expose-api.ts';

const kept = new Uint8Array([1, 2, 3]);

function createApi() {
  return {
    failWithCode(): Promise<void> {
      throw new WorkbenchError('npy/damaged', 'The header is damaged.', {
        hint: 'Copy the file again.',
        context: { offset: 12, shape: [3, 4] },
      });
    },
    failUnexpectedly(): Promise<void> {
      throw new TypeError('x is not a function');
    },
    failWithText(): Promise<void> {
      // oxlint-disable-next-line typescript/only-throw-error -- a foreign library may
      throw 'just text';
    },
    async waitForAbort(_spec: object, signal: AbortSignal): Promise<void> {
      await new Promise((_resolve, reject) => {
        if (signal.aborted) reject(signal.reason as Error);
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    },
    async chatter(spec: { count: number; everyMs: number }, report: Report): Promise<number> {
      for (let done = 1; done <= spec.count; done++) {
        report({ phase: 'counting', done, total: spec.count, unit: 'steps' });
        await new Promise((resolve) => setTimeout(resolve, spec.everyMs));
      }
      return spec.count;
    },
    makeArrays(): Promise<{ nested: { data: Float32Array<ArrayBuffer> }[] }> {
      return Promise.resolve({ nested: [{ data: lastMade }] });
    },
    keep(array: Uint8Array<ArrayBuffer>): Promise<number> {
      return Promise.resolve(array.length);
    },
    async echoOverPort(port: MessagePort): Promise<void> {
      await new Promise<void>((resolve) => {
        port.onmessage = (event) => {
          port.postMessage(event.data);
          port.close();
          resolve();
        };
      });
    },
    never(): Promise<void> {
      return new Promise(() => undefined);
    },
  };
}

let lastMade = new Float32Array(1000);
let open: Connection<object>[] = [];

function connected() {
  const { port1, port2 } = new MessageChannel();
  exposeApi(createApi(), port2);
  const connection = connectPort<ReturnType<typeof createApi>>(port1, 'test worker');
  open.push(connection);
  return { ...connection, otherEnd: port2 };
}

/** A stand-in for a Worker: a port with the events and `terminate` of one. */
function connectedWorker() {
  const { port1, port2 } = new MessageChannel();
  exposeApi(createApi(), port2);
  const worker = Object.assign(port1, { terminate: () => port1.close() }) as unknown as Worker;
  const connection = connectWorker<ReturnType<typeof createApi>>(worker, 'data worker 1');
  open.push(connection);
  return { ...connection, worker };
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It should have been rejected.');
    },
    (error: unknown) => error,
  );
}

afterEach(() => {
  for (const connection of open) connection.close();
  open = [];
});

describe('errors across threads', () => {
  it('keep class, code, message, hint, context and stack', async () => {
    const error = await rejection(connected().api.failWithCode());
    expect(error).toBeInstanceOf(WorkbenchError);
    expect(error).toMatchObject({
      code: 'npy/damaged',
      message: 'The header is damaged.',
      hint: 'Copy the file again.',
      context: { offset: 12, shape: [3, 4] },
    });
    expect((error as Error).stack).toContain('failWithCode');
  });

  it('become worker/unexpected when they are not ours, with their stack', async () => {
    const error = await rejection(connected().api.failUnexpectedly());
    expect(error).toMatchObject({ code: 'worker/unexpected', message: 'x is not a function' });
    expect((error as Error).stack).toContain('failUnexpectedly');
  });

  it('become worker/unexpected when something other than an error is thrown', async () => {
    expect(await rejection(connected().api.failWithText())).toMatchObject({
      code: 'worker/unexpected',
      message: 'just text',
    });
  });
});

describe('cancellation across threads', () => {
  it('stops the call with the reason given, and the worker answers again', async () => {
    const { api } = connected();
    const controller = new AbortController();
    const call = rejection(api.waitForAbort({}, controller.signal));
    await api.keep(kept);
    controller.abort();
    const error = await call;
    expect(error).toBe(controller.signal.reason);
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(await api.keep(kept)).toBe(3);
  });

  it('rejects at once when the signal had aborted before', async () => {
    const reason = new DOMException('changed my mind', 'AbortError');
    expect(await rejection(connected().api.waitForAbort({}, AbortSignal.abort(reason)))).toBe(reason);
  });

  it('restores the reason in the worker', async () => {
    const { port1, port2 } = new MessageChannel();
    let seen: unknown;
    exposeApi(
      {
        wait: (signal: AbortSignal) =>
          new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => {
              seen = signal.reason;
              resolve();
            });
          }),
      },
      port2,
    );
    const connection = connectPort<{ wait(signal: AbortSignal): Promise<void> }>(port1, 'test worker');
    open.push(connection);
    const controller = new AbortController();
    const call = connection.api.wait(controller.signal);
    setTimeout(() => controller.abort(new WorkbenchError('gpu/device-lost', 'The device went away.')), 5);
    await call;
    expect(seen).toBeInstanceOf(WorkbenchError);
    expect(seen).toMatchObject({ code: 'gpu/device-lost', message: 'The device went away.' });
  });
});

describe('progress across threads', () => {
  it('arrives at most ten times a second, in order, and ends with the latest', async () => {
    const { api } = connected();
    const seen: { progress: Progress; atMs: number }[] = [];
    await api.chatter({ count: 60, everyMs: 5 }, (progress) =>
      seen.push({ progress, atMs: performance.now() }),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    const elapsedMs = (seen.at(-1)?.atMs ?? 0) - (seen[0]?.atMs ?? 0);
    // The first, one for every 100 ms after it, and the last, which is sent when the call ends.
    expect(seen.length).toBeLessThanOrEqual(2 + Math.floor(elapsedMs / 100));
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.map((one) => one.progress.done)).toEqual(
      seen.map((one) => one.progress.done).toSorted((a, b) => a - b),
    );
    expect(seen.at(-1)?.progress.done).toBe(60);
  });

  it('keeps one message in flight: nothing more is sent to a thread that does not answer', async () => {
    const { createReportSender } = await import('./progress.ts');
    const { port1, port2 } = new MessageChannel();
    const received: unknown[] = [];
    port2.onmessage = (event) => received.push(event.data);
    const sender = createReportSender(port1);
    for (let done = 0; done < 30; done++) {
      sender.report({ phase: 'counting', done, total: 30, unit: 'steps' });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(received).toHaveLength(1);
    port2.postMessage(null);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(received).toHaveLength(2);
    expect(received[1]).toMatchObject({ progress: { done: 29 } });
    port1.close();
  });
});

describe('buffers across threads', () => {
  it('of a result are transferred, not copied', async () => {
    lastMade = new Float32Array(1000).fill(7);
    const { nested } = await connected().api.makeArrays();
    expect(lastMade.length).toBe(0);
    expect(nested[0]?.data[999]).toBe(7);
  });

  it('of an argument are copied', async () => {
    const array = new Uint8Array([5, 6]);
    expect(await connected().api.keep(array)).toBe(2);
    expect(array.length).toBe(2);
  });

  it('message ports are handed over without being marked', async () => {
    const { port1, port2 } = new MessageChannel();
    const call = connected().api.echoOverPort(port2);
    const answer = new Promise((resolve) => {
      port1.onmessage = (event) => resolve(event.data);
    });
    port1.postMessage('hello');
    expect(await answer).toBe('hello');
    await call;
    port1.close();
  });
});

describe('a worker that stops', () => {
  it('rejects pending and later calls with worker/crashed, and says so once', async () => {
    const { api, crashed, worker } = connectedWorker();
    const pending = rejection(api.never());
    worker.dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' }));
    expect(await pending).toMatchObject({ code: 'worker/crashed' });
    expect(((await pending) as Error).message).toContain('data worker 1');
    expect(((await pending) as Error).message).toContain('out of memory');
    expect(await crashed).toBe(await pending);
    expect(await rejection(api.keep(kept))).toMatchObject({ code: 'worker/crashed' });
  });

  it('is also one whose message cannot be read', async () => {
    const { api, worker } = connectedWorker();
    const pending = rejection(api.never());
    worker.dispatchEvent(new Event('messageerror'));
    expect(await pending).toMatchObject({ code: 'worker/crashed' });
  });

  it('rejects what is pending when we stop it ourselves', async () => {
    const { api, close } = connectedWorker();
    const pending = rejection(api.never());
    close();
    expect(await pending).toMatchObject({
      code: 'worker/crashed',
      message: 'The data worker 1 was stopped.',
    });
  });

  it('is noticed at the other end of a port between workers', async () => {
    const { api, otherEnd } = connected();
    const pending = rejection(api.never());
    await api.keep(kept);
    otherEnd.close();
    expect(await pending).toMatchObject({ code: 'worker/crashed' });
  });
});
