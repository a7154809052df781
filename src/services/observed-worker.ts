/** Connects the page to its workers, so that the privacy ledger and the list of failures know of each. */
import type { Observed } from '../../workers/api/observed.ts';
import { type Connection, connectWorker } from '../../workers/rpc/connect.ts';
import { registerRequestSource } from './request-ledger.ts';
import { followUnhandled } from './unhandled-errors.ts';

/** Connects to a worker; its requests stand in the privacy ledger, and what it leaves unhandled among the failures. */
export function observed<Api extends object>(worker: Worker, name: string): Connection<Api> {
  const connection = connectWorker<Api & Observed>(worker, name);
  registerRequestSource(name, () => connection.api.requests());
  void followUnhandled(name, connection.api);
  return connection;
}

/** The api of a worker that is started when it is first asked for, and anew after a crash. */
export function startedWhenAsked<Api extends object>(start: () => Connection<Api>): () => Api {
  let running: Connection<Api> | undefined;
  return () => {
    if (running === undefined) {
      const connection = start();
      running = connection;
      void connection.crashed.then(() => {
        if (running === connection) running = undefined;
      });
    }
    return running.api;
  };
}
