/** Plain forms of whatever is thrown or given as an abort reason, so that class, code and stack survive the thread boundary. */
import { type SerializedError, deserializeError, serializeError } from '../../core/errors.ts';

/** Cancellation stays the standard exception; everything else becomes a WorkbenchError. */
export type Thrown =
  | { readonly kind: 'cancelled'; readonly name: 'AbortError' | 'TimeoutError'; readonly message: string }
  | { readonly kind: 'error'; readonly error: SerializedError };

/** Plain form of a thrown value. */
export function serializeThrown(value: unknown): Thrown {
  if (value instanceof Error && (value.name === 'AbortError' || value.name === 'TimeoutError')) {
    return { kind: 'cancelled', name: value.name, message: value.message };
  }
  return { kind: 'error', error: serializeError(value) };
}

/** The inverse of `serializeThrown`: a DOMException for a cancel, else a WorkbenchError. */
export function deserializeThrown(thrown: Thrown): Error {
  return thrown.kind === 'cancelled'
    ? new DOMException(thrown.message, thrown.name)
    : deserializeError(thrown.error);
}
