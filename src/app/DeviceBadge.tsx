/** Where models run: the adapter's name, or WebAssembly with its threads, and why. */
import { Tooltip } from '@mantine/core';
import { IconCpu, IconCpuOff } from '@tabler/icons-react';
import type { DeviceState } from '../state/device.ts';
import { useStore } from '../state/store.ts';
import { ERROR_CATALOGUE } from '../ui/error-catalogue.ts';
import { formatCounted } from '../ui/format.ts';
import styles from './Rail.module.css';

interface DeviceWords {
  readonly name: string;
  readonly note: string;
  readonly reason: string;
}

/** The badge's two lines and the sentence behind them. */
export function describeDevice(device: DeviceState): DeviceWords {
  switch (device.status) {
    case 'idle':
      return {
        name: 'Not started',
        note: 'starts when needed',
        reason:
          'Models run on WebGPU where the browser offers it, else on WebAssembly. The device is started when it is first needed.',
      };
    case 'starting':
      return { name: 'Starting', note: 'looking for a device', reason: 'The runtime is being started.' };
    case 'failed':
      return {
        name: 'No device',
        note: ERROR_CATALOGUE[device.error.code].title,
        reason: device.error.message,
      };
    case 'ready': {
      const { provider, adapter, threadCount, reason } = device.report;
      const threads = formatCounted(threadCount, 'thread');
      if (provider === 'webgpu') return { name: adapter || 'Unnamed adapter', note: 'WebGPU', reason };
      return { name: `WASM, ${threads}`, note: 'on the processor', reason };
    }
    default:
      return device satisfies never;
  }
}

/** Focusable, so that the reason can be read with the keyboard too. */
export function DeviceBadge({ collapsed }: { readonly collapsed: boolean }) {
  const device = useStore((state) => state.device);
  const { name, note, reason } = describeDevice(device);
  const Icon = device.status === 'failed' ? IconCpuOff : IconCpu;
  return (
    <Tooltip
      label={collapsed ? `${name}. ${reason}` : reason}
      position="right"
      events={{ hover: true, focus: true, touch: true }}
    >
      <button type="button" className={styles['device']}>
        <Icon size={20} stroke={1.6} aria-hidden />
        <span className={collapsed ? 'visually-hidden' : styles['deviceWords']}>
          <span className="visually-hidden">Device: </span>
          <span className={styles['deviceName']}>{name}</span>
          <span className={styles['deviceNote']}>{note}</span>
        </span>
        <span className="visually-hidden">{reason}</span>
      </button>
    </Tooltip>
  );
}
