/**
 * The compute worker's life: one provider per worker, WebGPU before WebAssembly, a fresh worker after a lost device or a
 * crash. Models die with their worker: who loaded them loads them again in an `onRestart` hook.
 */
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import type { ComputeWorker, Provider, RuntimeReport } from '../../workers/api/compute.ts';
import type { Connection } from '../../workers/rpc/connect.ts';
import type { DeviceState } from '../state/device.ts';
import type { DataPool } from './data-pool.ts';

export interface RunningCompute {
  readonly worker: ComputeWorker;
  readonly report: RuntimeReport;
}

/** Called with the worker that replaces a lost one, and with why, in one sentence. */
export type ComputeRestartHook = (compute: RunningCompute, reason: string) => void;

export interface ComputeService {
  /** The running worker; started when first asked for. Errors: `runtime/start-failed` with the reason of each provider. */
  start(): Promise<RunningCompute>;
  onRestart(hook: ComputeRestartHook): void;
}

/** A device lost this often in one visit is not worth a further try: WebAssembly is slower, and stays. */
const MAX_DEVICE_LOSSES = 3;

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A service whose workers are made by `spawn` and connected to every data worker; `publish` hears where models run. */
export function createComputeService(
  pool: DataPool,
  spawn: () => Connection<ComputeWorker>,
  publish: (state: DeviceState) => void,
): ComputeService {
  const hooks: ComputeRestartHook[] = [];
  let current: Promise<RunningCompute> | undefined;
  let running: RunningCompute | undefined;
  let lossCount = 0;

  async function connectShard(compute: ComputeWorker, shard: number): Promise<void> {
    const { worker } = await pool.shard(shard);
    const { port1, port2 } = new MessageChannel();
    await Promise.all([worker.serve(port1), compute.connect(shard, port2)]);
  }

  /** A fresh worker on one provider, connected and watched. */
  async function attempt(provider: Provider): Promise<RunningCompute> {
    const connection = spawn();
    const { api: worker } = connection;
    try {
      const report = await worker.start(provider);
      await Promise.all(Array.from({ length: pool.size }, (_, shard) => connectShard(worker, shard)));
      const lose = (reason: string) => {
        if (running?.worker !== worker) return;
        connection.close(new WorkbenchError('gpu/device-lost', `The work was stopped: ${reason}`));
        restart(reason);
      };
      worker.deviceLost().then(
        (reason) => lose(`the GPU device was lost (${reason}).`),
        // The worker is gone; `crashed` says so.
        () => undefined,
      );
      void connection.crashed.then((error) => lose(error.message));
      return { worker, report };
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  async function startOnEither(): Promise<RunningCompute> {
    let webgpuReason = `the GPU device was lost ${lossCount} times.`;
    if (lossCount < MAX_DEVICE_LOSSES) {
      try {
        return await attempt('webgpu');
      } catch (error) {
        webgpuReason = sentenceOf(error);
      }
    }
    try {
      const { worker, report } = await attempt('wasm');
      return {
        worker,
        report: { ...report, reason: `WebAssembly, because WebGPU cannot be used: ${webgpuReason}` },
      };
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
    const starting = startOnEither();
    current = starting;
    starting.then(
      (compute) => {
        running = compute;
        publish({ status: 'ready', report: compute.report });
      },
      (error: unknown) => {
        current = undefined;
        publish({ status: 'failed', error: serializeError(error) });
      },
    );
    return starting;
  }

  function restart(reason: string): void {
    running = undefined;
    lossCount++;
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
