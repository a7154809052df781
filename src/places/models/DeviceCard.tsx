/** Where models run, and why there: provider, adapter, threads, isolation, limits. */
import { Button } from '@mantine/core';
import { prepareModels, restartDevice } from '../../services/models.ts';
import type { DeviceState } from '../../state/device.ts';
import { useStore } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { formatBytes, formatCount, formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import type { RuntimeReport } from '../../../workers/api/compute.ts';
import styles from './ModelsPlace.module.css';

const PROVIDER_WORDS = { webgpu: 'WebGPU', wasm: 'WebAssembly (WASM) on the processor' } as const;

/** "maxBufferSize" as "max buffer size". */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function limitText(name: string, value: number): string {
  return name.endsWith('Size') && !/Workgroup(Size|InvocationSize)/.test(name) && value > 65_536
    ? formatBytes(value)
    : formatCount(value);
}

function Facts({ report }: { readonly report: RuntimeReport }) {
  const { provider, reason, adapter, features, limits, threadCount, crossOriginIsolated } = report;
  return (
    <>
      {provider === 'wasm' && (
        <Notice tone="warn" title="No WebGPU here: models run on WebAssembly">
          Everything but training works, more slowly. {reason}
        </Notice>
      )}
      <dl className={styles['facts']}>
        <dt>Provider</dt>
        <dd>{PROVIDER_WORDS[provider]}</dd>
        <dt>Why</dt>
        <dd>{reason}</dd>
        <dt>Adapter</dt>
        <dd>{adapter === '' ? 'none' : adapter}</dd>
        <dt>Threads for WASM</dt>
        <dd>{formatCounted(threadCount, 'thread')}</dd>
        <dt>Isolation</dt>
        <dd>
          {crossOriginIsolated
            ? 'The page is cross-origin isolated: threads may share memory.'
            : 'The page is not cross-origin isolated: WebAssembly runs on one thread.'}
        </dd>
        {features.length > 0 && (
          <>
            <dt>Features used</dt>
            <dd>{features.join(', ')}</dd>
          </>
        )}
      </dl>
      {Object.keys(limits).length > 0 && (
        <details>
          <summary>Limits of the device</summary>
          <dl className={styles['facts']}>
            {Object.entries(limits).map(([name, value]) => (
              <div key={name} className={styles['pair']}>
                <dt>{words(name)}</dt>
                <dd>{limitText(name, value)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}

function Content({ device }: { readonly device: DeviceState }) {
  switch (device.status) {
    case 'ready':
      return <Facts report={device.report} />;
    case 'failed':
      return <ErrorNotice error={device.error} onRetry={prepareModels} />;
    case 'starting':
      return <p className={styles['soft']}>The runtime is being started.</p>;
    default:
      return (
        <div className={styles['actions']}>
          <Button variant="default" size="compact-sm" onClick={prepareModels}>
            Start the device
          </Button>
        </div>
      );
  }
}

/** The device card. */
export function DeviceCard() {
  const device = useStore((state) => state.device);
  return (
    <section className={styles['card']} aria-labelledby="device-title">
      <div className={styles['head']}>
        <h2 id="device-title">Device</h2>
        <span className={styles['end']} />
        {device.status === 'ready' && device.report.provider === 'webgpu' && (
          <Button variant="default" size="compact-xs" onClick={() => void restartDevice()}>
            Restart the device
          </Button>
        )}
      </div>
      <Content device={device} />
    </section>
  );
}
