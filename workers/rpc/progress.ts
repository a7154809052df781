/** The two ends of a progress callback that crosses threads: at most ten messages a second, one in flight, latest wins. */
import type { Progress, Report } from '../../core/tasks.ts';

/** The style page's bound: more is unreadable to a person and costs the page's thread. */
const MIN_INTERVAL_MS = 100;

type ToReceiver = { readonly progress: Progress | undefined; readonly done: boolean };

export interface ReportSender {
  readonly report: Report;
  /** Sends what is still waiting, then ends the channel. Later reports are ignored. */
  readonly release: () => void;
}

/**
 * The worker's end: a `report` that sends over the port.
 * Ownership: takes the port and closes the channel on `release`.
 */
export function createReportSender(port: MessagePort): ReportSender {
  let waiting: Progress | undefined;
  let inFlight = false;
  let released = false;
  let lastSentMs = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function pump(): void {
    if (waiting === undefined || inFlight || timer !== undefined) return;
    const waitMs = lastSentMs + MIN_INTERVAL_MS - performance.now();
    if (waitMs > 0) {
      timer = setTimeout(() => {
        timer = undefined;
        pump();
      }, waitMs);
      return;
    }
    const message: ToReceiver = { progress: waiting, done: false };
    waiting = undefined;
    inFlight = true;
    lastSentMs = performance.now();
    port.postMessage(message);
  }

  port.onmessage = () => {
    inFlight = false;
    pump();
  };

  return {
    report(progress) {
      if (released) return;
      waiting = progress;
      pump();
    },
    release() {
      if (released) return;
      released = true;
      clearTimeout(timer);
      const message: ToReceiver = { progress: waiting, done: true };
      waiting = undefined;
      // The receiver closes the channel: closing here could overtake the message.
      port.postMessage(message);
    },
  };
}

/** The caller's end: runs `report` for every message and acknowledges it. Returns the port to be transferred. */
export function createReportReceiver(report: Report): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (event: MessageEvent<ToReceiver>) => {
    const { progress, done } = event.data;
    try {
      if (progress !== undefined) report(progress);
    } finally {
      if (done) port1.close();
      else port1.postMessage(null);
    }
  };
  return port2;
}
