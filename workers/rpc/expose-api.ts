/** Serves an api at the other end of a channel; a worker's own channel to the page is in `expose.ts`. */
import { type Endpoint, expose, transfer } from 'comlink';
import { installTransferHandlers, releaseArguments } from './handlers.ts';
import { ownedBuffers } from './owned-buffers.ts';

/**
 * Serves an api over a message port or a worker's channel.
 * Errors keep their code; signals and progress callbacks of a call are released when it ends.
 * Ownership: **the buffers of a result are transferred**, so a method returns arrays it does not keep (copy first).
 */
export function exposeApi(api: object, endpoint: Endpoint): void {
  installTransferHandlers();
  const served = new Proxy(api, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== 'function') return undefined;
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          const result: unknown = await Reflect.apply(member, target, args);
          return typeof result === 'object' && result !== null
            ? transfer(result, ownedBuffers(result))
            : result;
        } finally {
          releaseArguments(args);
        }
      };
    },
  });
  expose(served, endpoint);
}
