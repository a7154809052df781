/** The two ends of an AbortSignal that crosses threads. Chromium cannot clone signals, so a small channel carries the abort. */
import { type Thrown, deserializeThrown, serializeThrown } from './thrown.ts';

/** What of a signal is sent: whether it had aborted already and why, and where a later abort is told. */
export interface SentSignal {
  readonly abortedBy: Thrown | undefined;
  readonly port: MessagePort;
}

/** The caller's end: tells the other end about an abort until that end says it is done. The port must be transferred. */
export function sendSignal(signal: AbortSignal): SentSignal {
  const { port1, port2 } = new MessageChannel();
  const tell = () => port1.postMessage(serializeThrown(signal.reason));
  signal.addEventListener('abort', tell, { once: true });
  port1.onmessage = () => {
    signal.removeEventListener('abort', tell);
    port1.close();
  };
  return { abortedBy: signal.aborted ? serializeThrown(signal.reason) : undefined, port: port2 };
}

export interface ReceivedSignal {
  readonly signal: AbortSignal;
  /** Ends the channel when the call is over, so that a long-lived signal does not collect listeners. */
  readonly release: () => void;
}

/** The worker's end: a signal of this thread that aborts with the caller's reason. Takes the port. */
export function receiveSignal(sent: SentSignal): ReceivedSignal {
  const { port } = sent;
  const controller = new AbortController();
  if (sent.abortedBy !== undefined) controller.abort(deserializeThrown(sent.abortedBy));
  port.onmessage = (event: MessageEvent<Thrown>) => controller.abort(deserializeThrown(event.data));
  return { signal: controller.signal, release: () => port.postMessage(null) };
}
