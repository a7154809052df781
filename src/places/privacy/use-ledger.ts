/** The ledger as the privacy page shows it: read when the page opens and when it is asked for again. */
import { useCallback, useEffect, useState } from 'react';
import { type SerializedError, serializeError } from '../../../core/errors.ts';
import { type Ledger, readLedger } from '../../services/request-ledger.ts';

export type LedgerView =
  | { readonly status: 'running' }
  | { readonly status: 'done'; readonly ledger: Ledger }
  | { readonly status: 'failed'; readonly error: SerializedError };

/** The latest reading; `refresh` keeps the shown one until the next has arrived. */
export function useLedger(): { readonly view: LedgerView; readonly refresh: () => void } {
  const [view, setView] = useState<LedgerView>({ status: 'running' });
  const refresh = useCallback(() => {
    readLedger().then(
      (ledger) => setView({ status: 'done', ledger }),
      (error: unknown) => setView({ status: 'failed', error: serializeError(error) }),
    );
  }, []);
  useEffect(refresh, [refresh]);
  return { view, refresh };
}
