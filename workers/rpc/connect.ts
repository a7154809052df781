/**
 * The caller's side of a connection: a worker's interface as it is declared in `workers/api/`, where no call can hang.
 * A crash rejects every pending call; a cancelled call rejects with the reason of the caller's own signal.
 */
import { type Endpoint, type Remote, releaseProxy, wrap } from 'comlink';
import { WorkbenchError } from '../../core/errors.ts';
import { installTransferHandlers } from './handlers.ts';

export interface Connection<Api> {
  /** The worker's methods. Arrays in arguments are copied, except where the caller marks them with Comlink's `transfer`. */
  readonly api: Api;
  /** Resolves with the error when the worker crashes; never after `close`. */
  readonly crashed: Promise<WorkbenchError>;
  /** Ends the connection: pending and later calls reject with `reason`, else with `worker/crashed`. */
  readonly close: (reason?: WorkbenchError) => void;
}

type Method = (...args: unknown[]) => Promise<unknown>;

/** Everything both kinds of connection share; `onClose` frees the channel. */
function connect<Api extends object>(
  endpoint: Endpoint,
  name: string,
  onClose: (remote: Remote<Api>) => void,
) {
  installTransferHandlers();
  const remote = wrap<Api>(endpoint);
  // Not Promise.race with one long-lived promise: that would keep every result ever received alive.
  const pending = new Set<(error: WorkbenchError) => void>();
  let ended: WorkbenchError | undefined;

  function end(error: WorkbenchError): void {
    if (ended !== undefined) return;
    ended = error;
    for (const reject of pending) reject(error);
    pending.clear();
    onClose(remote);
  }

  async function call(method: string, args: unknown[]): Promise<unknown> {
    if (ended !== undefined) throw ended;
    const signal = args.find((argument) => argument instanceof AbortSignal);
    signal?.throwIfAborted();
    let rejectOnEnd: (error: WorkbenchError) => void = () => undefined;
    try {
      return await new Promise((resolve, reject) => {
        rejectOnEnd = reject;
        pending.add(rejectOnEnd);
        (remote as unknown as Record<string, Method>)[method]?.(...args).then(resolve, reject);
      });
    } catch (error) {
      // Whatever a cancelled call failed with, it was cancelled.
      signal?.throwIfAborted();
      throw error;
    } finally {
      pending.delete(rejectOnEnd);
    }
  }

  const methods = new Map<string, Method>();
  const api = new Proxy({} as Api, {
    get(_, property) {
      // `then` must be absent, or awaiting the api would call into the worker.
      if (typeof property === 'symbol' || property === 'then') return undefined;
      let method = methods.get(property);
      if (method === undefined) {
        method = (...args) => call(property, args);
        methods.set(property, method);
      }
      return method;
    },
  });
  const closed = (reason?: WorkbenchError) =>
    end(reason ?? new WorkbenchError('worker/crashed', `The ${name} was stopped.`));
  return { api, end, closed };
}

function crashError(name: string, reason: string): WorkbenchError {
  return new WorkbenchError('worker/crashed', `The ${name} stopped unexpectedly: ${reason}`, {
    hint: 'What was already read is kept. Start the action again; if it stops again, use fewer or smaller files.',
  });
}

/**
 * Connects to a worker of our own. `name` stands in error sentences ("data worker 2").
 * Errors: calls reject with `worker/crashed` after the worker's `error` or `messageerror` event.
 * Ownership: takes the worker; `close` terminates it.
 */
export function connectWorker<Api extends object>(worker: Worker, name: string): Connection<Api> {
  const { api, end, closed } = connect<Api>(worker, name, () => worker.terminate());
  const crashed = new Promise<WorkbenchError>((resolve) => {
    const crash = (reason: string) => {
      const error = crashError(name, reason);
      end(error);
      resolve(error);
    };
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      crash(event.message || 'its script could not be loaded or ran out of memory.');
    });
    worker.addEventListener('messageerror', () => crash('a message could not be read.'));
  });
  return { api, crashed, close: closed };
}

/**
 * Connects to an api served on the other end of a message port (one worker calling another).
 * Errors: calls reject with `worker/crashed` when the browser says that the other end is gone, or on `close`. Chromium 156
 * does not say it: who learns of a new worker at the other end must close the old connection.
 * Ownership: takes the port.
 */
export function connectPort<Api extends object>(port: MessagePort, name: string): Connection<Api> {
  const { api, end, closed } = connect<Api>(port, name, (remote) => remote[releaseProxy]());
  const crashed = new Promise<WorkbenchError>((resolve) => {
    port.addEventListener('close', () => {
      const error = crashError(name, 'its channel closed.');
      end(error);
      resolve(error);
    });
  });
  return { api, crashed, close: closed };
}
