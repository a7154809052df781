/**
 * Our own GPU device: the one that inference, search and training share. What it can do is taken from the adapter, and
 * its errors and its loss are handed to the caller, never only to the console.
 */
import { WorkbenchError } from '../../core/errors.ts';

/** Features used where an adapter has them; none is required. */
const WANTED_FEATURES: readonly GPUFeatureName[] = ['shader-f16', 'subgroups', 'timestamp-query'];

/** Limits raised to what the adapter offers: the portable defaults are far below what large models need. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

export interface GpuContext {
  readonly device: GPUDevice;
  /** Vendor and architecture as the browser tells them: "google swiftshader", "nvidia ampere". */
  readonly adapterName: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** Resolves with the reason, in a sentence, when the device is lost. */
  readonly lost: Promise<string>;
  /** The task's result; rejects with `gpu/device-lost` as soon as the device is lost, so that no caller waits for a dead device. */
  whileAlive<T>(task: Promise<T>): Promise<T>;
  destroy(): void;
}

function describeLoss({ reason, message }: GPUDeviceLostInfo): string {
  const cause = reason === 'destroyed' ? 'The GPU device was shut down' : 'The GPU device was lost';
  return message === '' ? `${cause}.` : `${cause}: ${message}`;
}

/**
 * Asks for an adapter and a device.
 * `onError` hears errors that no error scope caught: validation, memory, internal.
 * Errors: `runtime/no-webgpu` when the browser has no WebGPU, no adapter, or gives no device.
 */
export async function requestGpu(onError: (error: WorkbenchError) => void): Promise<GpuContext> {
  // Absent in older browsers, in insecure contexts and where it is switched off.
  const gpu = navigator.gpu as GPU | undefined;
  if (gpu === undefined) {
    throw new WorkbenchError('runtime/no-webgpu', 'This browser offers no WebGPU.');
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    throw new WorkbenchError('runtime/no-webgpu', 'This browser has WebGPU, but no graphics adapter for it.');
  }
  const features = WANTED_FEATURES.filter((feature) => adapter.features.has(feature));
  const limits = Object.fromEntries(WANTED_LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter
    .requestDevice({ label: 'EquiSeg', requiredFeatures: features, requiredLimits: limits })
    .catch((cause: unknown) => {
      throw new WorkbenchError('runtime/no-webgpu', 'The graphics adapter gave no device.', { cause });
    });

  device.addEventListener('uncapturederror', ({ error }) => {
    onError(new WorkbenchError('runtime/run-failed', `The GPU reported an error: ${error.message}`));
  });
  // Not Promise.race with `lost`: a promise that lives as long as the device would keep every result it raced with.
  const pending = new Set<(error: WorkbenchError) => void>();
  let loss: WorkbenchError | undefined;
  const lost = device.lost.then((info) => {
    loss = new WorkbenchError('gpu/device-lost', describeLoss(info), {
      hint: 'Start the model again; the workbench asks for a new device.',
    });
    for (const reject of pending) reject(loss);
    pending.clear();
    return loss.message;
  });

  return {
    device,
    adapterName: [adapter.info.vendor, adapter.info.architecture].filter((part) => part !== '').join(' '),
    features,
    limits,
    lost,
    whileAlive<T>(task: Promise<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        pending.add(reject);
        // Tasks that fail because the device is gone fail for that reason, whatever they say themselves.
        task
          .then(resolve, (error: unknown) => reject(loss ?? (error as Error)))
          .finally(() => pending.delete(reject));
        if (loss !== undefined) reject(loss);
      });
    },
    destroy: () => device.destroy(),
  };
}
