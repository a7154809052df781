/** Where models run, as the rail's badge shows it. Written by whoever starts the compute worker. */
import type { SerializedError } from '../../core/errors.ts';
import type { Provider, RuntimeReport } from '../../workers/api/compute.ts';

export type DeviceState =
  | { readonly status: 'idle' }
  | { readonly status: 'starting' }
  | { readonly status: 'ready'; readonly report: RuntimeReport }
  | { readonly status: 'failed'; readonly error: SerializedError };

export const initialDevice: DeviceState = { status: 'idle' };

/** What a person reads for the place where a model ran. */
export const PROVIDER_NAMES: Readonly<Record<Provider, string>> = { webgpu: 'WebGPU', wasm: 'WebAssembly' };
