/**
 * The compute worker's life: one provider per worker, WebGPU before WebAssembly, a fresh worker after a lost device or a
 * crash. Models die with their worker: who loaded them loads them again in an `onRestart` hook.
 */
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import type { ComputeWorker, Provider, RuntimeReport } from '../../workers/api/compute.ts';
import type { TrainingWorker } from '../../workers/api/train.ts';
import type { Connection } from '../../workers/rpc/connect.ts';
import type { DeviceState } from '../state/device.ts';
import type { DataPool } from './data-pool.ts';

export interface RunningCompute {
  /** Infers and trains: there is one device for both. */
  readonly worker: ComputeWorker & TrainingWorker;
  readonly report: RuntimeReport;
}

/** Called with the worker that replaces a lost one, and with why, in one sentence. */
export type ComputeRestartHook = (compute: RunningCompute, reason: string) => void;

export interface ComputeService {
  /** The running worker; started when first asked for. Errors: `runtime/start-failed` with the reason of each provider. */
  start(): Promise<RunningCompute>;
  onRestart(hook: ComputeRestartHook): void;
}

/** A worker that ended on WebGPU this often in one visit is not worth a further try: WebAssembly is slower, and stays. */
const MAX_WEBGPU_ENDS = 3;

/** Why a running worker ended: its device was lost, or it crashed on whatever provider. */
interface Ending {
  readonly cause: 'device' | 'crash';
  /** One sentence. */
  readonly reason: string;
}

interface Started {
  readonly compute: RunningCompute;
  readonly close: (reason: WorkbenchError) => void;
  /** Never rejects, and never resolves for a worker that lives. */
  readonly ended: Promise<Ending>;
}

/** "the GPU device was lost 2 times, the worker crashed once." */
function describeEnds({ device, crash }: Readonly<Record<Ending['cause'], number>>): string {
  const times = (count: number) => (count === 1 ? 'once' : `${count} times`);
  const facts = [
    ...(device === 0 ? [] : [`the GPU device was lost ${times(device)}`]),
    ...(crash === 0 ? [] : [`the worker crashed ${times(crash)}`]),
  ];
  return `${facts.join(', ')}.`;
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A service whose workers are made by `spawn` and connected to every data worker; `publish` hears where models run. */
export function createComputeService(
  pool: DataPool,
  spawn: () => Connection<ComputeWorker & TrainingWorker>,
  publish: (state: DeviceState) => void,
): ComputeService {
  const hooks: ComputeRestartHook[] = [];
  let current: Promise<RunningCompute> | undefined;
  let running: RunningCompute | undefined;
  const webgpuEnds = { device: 0, crash: 0 };

  async function connectShard(compute: ComputeWorker, shard: number): Promise<void> {
    const { worker } = await pool.shard(shard);
    const { port1, port2 } = new MessageChannel();
    await Promise.all([worker.serve(port1), compute.connect(shard, port2)]);
  }

  /** A fresh worker on one provider, connected. */
  async function attempt(provider: Provider): Promise<Started> {
    const connection = spawn();
    const { api: worker } = connection;
    try {
      const report = await worker.start(provider);
      await Promise.all(Array.from({ length: pool.size }, (_, shard) => connectShard(worker, shard)));
      const ended = new Promise<Ending>((resolve) => {
        worker.deviceLost().then(
          (reason) => resolve({ cause: 'device', reason: `the GPU device was lost (${reason}).` }),
          // The worker is gone; `crashed` says so.
          () => undefined,
        );
        void connection.crashed.then(({ message }) => resolve({ cause: 'crash', reason: message }));
      });
      return { compute: { worker, report }, close: connection.close, ended };
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  async function startOnEither(): Promise<Started> {
    let webgpuReason = describeEnds(webgpuEnds);
    if (webgpuEnds.device + webgpuEnds.crash < MAX_WEBGPU_ENDS) {
      try {
        return await attempt('webgpu');
      } catch (error) {
        webgpuReason = sentenceOf(error);
      }
    }
    try {
      const started = await attempt('wasm');
      const { worker, report } = started.compute;
      const reason = `WebAssembly, because WebGPU cannot be used: ${webgpuReason}`;
      return { ...started, compute: { worker, report: { ...report, reason } } };
    } catch (error) {
      throw new WorkbenchError(
        'runtime/start-failed',
        `Models cannot run. WebGPU: ${webgpuReason} WebAssembly: ${sentenceOf(error)}`,
        { cause: error },
      );
    }
  }

  function startFresh(): Promise<RunningCompute> {
    publish({ status: 'starting' });
    const starting = startOnEither().then((started) => {
      const { compute, ended } = started;
      running = compute;
      publish({ status: 'ready', report: compute.report });
      // Only now: a worker that ended while it started is replaced too.
      void ended.then((ending) => replace(started, ending));
      return compute;
    });
    current = starting;
    starting.catch((error: unknown) => {
      current = undefined;
      publish({ status: 'failed', error: serializeError(error) });
    });
    return starting;
  }

  function replace(lost: Started, { cause, reason }: Ending): void {
    lost.close(new WorkbenchError('gpu/device-lost', `The work was stopped: ${reason}`));
    running = undefined;
    if (lost.compute.report.provider === 'webgpu') webgpuEnds[cause]++;
    startFresh().then(
      (compute) => {
        for (const hook of hooks) hook(compute, reason);
      },
      // Published as failed already; the next `start` tries again.
      () => undefined,
    );
  }

  // A replaced data worker serves a new channel.
  pool.onRestart(async (shard, worker) => {
    if (running === undefined) return;
    const { port1, port2 } = new MessageChannel();
    await Promise.all([worker.serve(port1), running.worker.connect(shard, port2)]);
  });

  return { start: () => current ?? startFresh(), onRestart: (hook) => void hooks.push(hook) };
}
