/** The compute worker's life over workers that are told how to behave. */
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../../core/errors.ts';
import type { ComputeWorker, Provider, RuntimeReport } from '../../workers/api/compute.ts';
import type { DataWorker } from '../../workers/api/data.ts';
import type { TrainingWorker } from '../../workers/api/train.ts';
import type { DeviceState } from '../state/device.ts';
import { createComputeService } from './compute-service.ts';
import { createDataPool, dataWorkerCount } from './data-pool.ts';

interface FakeCompute {
  readonly providers: Provider[];
  readonly connected: number[];
  closedWith: WorkbenchError | undefined | 'open';
  readonly lose: (reason: string) => void;
  readonly crash: (error: WorkbenchError) => void;
}

const report = (provider: Provider): RuntimeReport => ({
  provider,
  reason: `${provider} works.`,
  adapter: '',
  features: [],
  limits: {},
  threadCount: 1,
  crossOriginIsolated: true,
});

/** A service whose workers start only on the providers that `works` allows. */
function openService(
  works: (provider: Provider, attempt: number) => boolean,
  onConnect: (fake: FakeCompute, attempt: number) => void = () => undefined,
) {
  const fakes: FakeCompute[] = [];
  const states: DeviceState[] = [];
  const served: string[] = [];
  const dataCrashes: ((error: WorkbenchError) => void)[] = [];
  const pool = createDataPool(2, (shard) => ({
    api: {
      open: () => Promise.resolve({ persistent: true, recordCount: 0 }),
      serve: (port: MessagePort) => {
        served.push(`${shard} ${port instanceof MessagePort}`);
        port.close();
        return Promise.resolve();
      },
    } as unknown as DataWorker,
    crashed: new Promise((resolve) => (dataCrashes[shard] = resolve)),
    close: () => undefined,
  }));
  const service = createComputeService(
    pool,
    () => {
      let lose: (reason: string) => void = () => undefined;
      let crash: (error: WorkbenchError) => void = () => undefined;
      const lost = new Promise<string>((resolve) => (lose = resolve));
      const crashed = new Promise<WorkbenchError>((resolve) => (crash = resolve));
      const fake: FakeCompute = { providers: [], connected: [], closedWith: 'open', lose, crash };
      const attempt = fakes.push(fake);
      const api = {
        start: (provider: Provider) => {
          fake.providers.push(provider);
          return works(provider, attempt)
            ? Promise.resolve(report(provider))
            : Promise.reject(new WorkbenchError('runtime/no-webgpu', `No ${provider} here.`));
        },
        connect: (shard: number, port: MessagePort) => {
          fake.connected.push(shard);
          port.close();
          onConnect(fake, attempt);
          return Promise.resolve();
        },
        deviceLost: () => lost,
      } as unknown as ComputeWorker & TrainingWorker;
      return { api, crashed, close: (reason) => void (fake.closedWith = reason) };
    },
    (state) => void states.push(state),
  );
  return { service, fakes, states, served, dataCrashes };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('starting', () => {
  it('prefers WebGPU, connects every data worker, and starts once', async () => {
    const { service, fakes, states, served } = openService(() => true);
    const [first, second] = await Promise.all([service.start(), service.start()]);
    expect(first).toBe(second);
    expect(first.report).toMatchObject({ provider: 'webgpu', reason: 'webgpu works.' });
    expect(fakes).toHaveLength(1);
    expect(fakes[0]?.connected.toSorted()).toEqual([0, 1]);
    expect(served.toSorted()).toEqual(['0 true', '1 true']);
    expect(states.map(({ status }) => status)).toEqual(['starting', 'ready']);
  });

  it('takes WebAssembly in a fresh worker, and says why', async () => {
    const { service, fakes } = openService((provider) => provider === 'wasm');
    const compute = await service.start();
    expect(compute.report.provider).toBe('wasm');
    expect(compute.report.reason).toContain('No webgpu here.');
    expect(fakes.map(({ providers }) => providers)).toEqual([['webgpu'], ['wasm']]);
    expect(fakes[0]?.closedWith).toBeUndefined();
    expect(fakes[1]?.closedWith).toBe('open');
  });

  it('fails with both reasons, and can be tried again', async () => {
    const { service, states } = openService((_, attempt) => attempt > 2);
    await expect(service.start()).rejects.toMatchObject({
      code: 'runtime/start-failed',
      message: expect.stringMatching(/No webgpu here\..*No wasm here\./) as unknown,
    });
    expect(states.at(-1)?.status).toBe('failed');
    expect((await service.start()).report.provider).toBe('webgpu');
  });
});

describe('a lost device', () => {
  it('ends the calls under way with gpu/device-lost and restarts in a fresh worker', async () => {
    const { service, fakes, states } = openService(() => true);
    const restarts: string[] = [];
    service.onRestart(({ report: { provider } }, reason) => restarts.push(`${provider}: ${reason}`));
    const first = await service.start();
    fakes[0]?.lose('destroyed');
    await settled();
    expect(fakes[0]?.closedWith).toMatchObject({ code: 'gpu/device-lost' });
    expect(restarts).toEqual(['webgpu: the GPU device was lost (destroyed).']);
    const second = await service.start();
    expect(second.worker).not.toBe(first.worker);
    expect(fakes[1]?.connected.toSorted()).toEqual([0, 1]);
    expect(states.map(({ status }) => status)).toEqual(['starting', 'ready', 'starting', 'ready']);
  });

  it('is survived on WebAssembly too, when the worker crashes', async () => {
    const { service, fakes } = openService((provider) => provider === 'wasm');
    await service.start();
    fakes[1]?.crash(new WorkbenchError('worker/crashed', 'Out of memory.'));
    await settled();
    expect((await service.start()).report.provider).toBe('wasm');
    expect(fakes).toHaveLength(4);
  });

  it('is given up after three times: WebAssembly stays', async () => {
    const { service, fakes } = openService(() => true);
    await service.start();
    for (let loss = 0; loss < 3; loss++) {
      fakes.at(-1)?.lose('again');
      await settled();
    }
    expect((await service.start()).report).toMatchObject({ provider: 'wasm' });
    expect((await service.start()).report.reason).toContain('lost 3 times');
  });

  it('is told from a crash, and from the crashes of WebAssembly', async () => {
    const { service, fakes } = openService(() => true);
    const crash = async () => {
      fakes.at(-1)?.crash(new WorkbenchError('worker/crashed', 'Out of memory.'));
      await settled();
    };
    await service.start();
    fakes.at(-1)?.lose('again');
    await settled();
    await crash();
    await crash();
    for (let wasmCrash = 0; wasmCrash < 2; wasmCrash++) {
      const { provider, reason } = (await service.start()).report;
      expect(provider).toBe('wasm');
      expect(reason).toContain('the GPU device was lost once, the worker crashed 2 times.');
      await crash();
    }
  });

  it('is noticed when the worker ends while it is being connected', async () => {
    const { service, fakes } = openService(
      () => true,
      (fake, attempt) => {
        if (attempt === 1) fake.crash(new WorkbenchError('worker/crashed', 'Out of memory.'));
      },
    );
    const first = await service.start();
    await settled();
    expect(fakes).toHaveLength(2);
    expect((await service.start()).worker).not.toBe(first.worker);
  });
});

it('reconnects a data worker that was replaced', async () => {
  const { service, fakes, served, dataCrashes } = openService(() => true);
  await service.start();
  dataCrashes[1]?.(new WorkbenchError('worker/crashed', 'Gone.'));
  await settled();
  expect(fakes[0]?.connected).toEqual([0, 1, 1]);
  expect(served.filter((one) => one.startsWith('1'))).toHaveLength(2);
});

it('leaves the page a core of its own where there are more than two', () => {
  expect([1, 2, 3, 4, 5, 16].map(dataWorkerCount)).toEqual([1, 2, 2, 3, 4, 4]);
});
