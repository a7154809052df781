/** Where models run, as the rail's badge shows it. Written by whoever starts the compute worker. */
import type { SerializedError } from '../../core/errors.ts';
import type { RuntimeReport } from '../../workers/api/compute.ts';

export type DeviceState =
  | { readonly status: 'idle' }
  | { readonly status: 'starting' }
  | { readonly status: 'ready'; readonly report: RuntimeReport }
  | { readonly status: 'failed'; readonly error: SerializedError };

export const initialDevice: DeviceState = { status: 'idle' };
