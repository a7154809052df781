/** Comlink's transfer handlers of the workbench: errors, abort signals, progress callbacks and message ports. */
import { type TransferHandler, transferHandlers } from 'comlink';
import type { Report } from '../../core/tasks.ts';
import { type SentSignal, receiveSignal, sendSignal } from './cancellation.ts';
import { createReportReceiver, createReportSender } from './progress.ts';
import { type Thrown, deserializeThrown, serializeThrown } from './thrown.ts';

/** Ends of channels that belong to one call: released when the call is over. Keyed by the argument that was made of them. */
const releases = new WeakMap<object, () => void>();

/** Comlink marks what was thrown with a symbol of its own; only its stock handler, which ours replaces, knows it. */
const stockThrowHandler = transferHandlers.get('throw');

const thrownHandler: TransferHandler<{ value: unknown }, Thrown> = {
  canHandle: (value): value is { value: unknown } => stockThrowHandler?.canHandle(value) === true,
  serialize: ({ value }) => [serializeThrown(value), []],
  deserialize(thrown) {
    throw deserializeThrown(thrown);
  },
};

const signalHandler: TransferHandler<AbortSignal, SentSignal> = {
  canHandle: (value): value is AbortSignal => value instanceof AbortSignal,
  serialize(signal) {
    const sent = sendSignal(signal);
    return [sent, [sent.port]];
  },
  deserialize(sent) {
    const { signal, release } = receiveSignal(sent);
    releases.set(signal, release);
    return signal;
  },
};

const reportHandler: TransferHandler<Report, MessagePort> = {
  canHandle: (value): value is Report => typeof value === 'function',
  serialize(report) {
    const port = createReportReceiver(report);
    return [port, [port]];
  },
  deserialize(port) {
    const sender = createReportSender(port);
    releases.set(sender.report, sender.release);
    return sender.report;
  },
};

const portHandler: TransferHandler<MessagePort, MessagePort> = {
  canHandle: (value): value is MessagePort => value instanceof MessagePort,
  serialize: (port) => [port, [port]],
  deserialize: (port) => port,
};

/** Puts the handlers in place for this thread. Both ends of a connection need it; calling it again changes nothing. */
export function installTransferHandlers(): void {
  transferHandlers.set('throw', thrownHandler);
  transferHandlers.set('signal', signalHandler);
  transferHandlers.set('report', reportHandler);
  transferHandlers.set('port', portHandler);
}

/** Ends the channels behind the received arguments of a call that is over. */
export function releaseArguments(args: readonly unknown[]): void {
  for (const argument of args) {
    if (typeof argument === 'function' || (typeof argument === 'object' && argument !== null)) {
      releases.get(argument)?.();
    }
  }
}
