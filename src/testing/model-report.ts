/** A model as the compute worker reports it, for tests of what the page does with one. */
import type { ModelReport } from '../../workers/api/compute.ts';

/** A segmenter that comes with the workbench and takes any side, but for what is said. */
export function modelReport(said: Partial<ModelReport> = {}): ModelReport {
  return {
    id: 'embedded',
    name: 'Baseline',
    role: 'segmenter',
    source: 'embedded',
    description: '',
    sizeBytes: 1,
    parameterCount: 1,
    input: { name: 'x', channels: 1, side: null, batch: null },
    outputName: 'out',
    outputChannels: 3,
    provider: 'wasm',
    selfTest: {
      status: 'single-provider',
      maxAbsDifference: Number.NaN,
      tolerance: Number.NaN,
      webgpuMs: null,
      wasmMs: 1,
      summary: '',
    },
    assumptions: [],
    sources: [],
    precision: 'f32',
    isKept: false,
    ...said,
  };
}
