/**
 * Compute pipelines, made asynchronously and once: browsers compile an identical pipeline again each time it is asked for, which
 * takes up to a second on a software adapter.
 */
import { WorkbenchError } from '../../core/errors.ts';
import type { Dispatch } from './kernels/kernel.ts';

/** What of a dispatch its pipeline depends on. */
export type PipelineSource = Pick<Dispatch, 'class' | 'code' | 'constants'>;

export interface PipelineCache {
  /** The pipeline of this text and these constants. Errors: `gpu/kernel-refused`, also for whoever asks again. */
  get(source: PipelineSource): Promise<GPUComputePipeline>;
  /** Distinct pipelines asked for. */
  readonly size: number;
}

/** What tells pipelines apart: constants, in an order of their own, and text. */
export function pipelineKey({ code, constants }: PipelineSource): string {
  const values = Object.entries(constants)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  return `${values.join(',')}\n${code}`;
}

/** An empty cache. Bind groups come from `getBindGroupLayout(0)`, so a kernel must use every binding it declares. */
export function createPipelineCache(device: GPUDevice): PipelineCache {
  const modules = new Map<string, GPUShaderModule>();
  const messages = new Map<GPUShaderModule, Promise<GPUCompilationInfo>>();
  const pipelines = new Map<string, Promise<GPUComputePipeline>>();

  function moduleOf({ class: label, code }: PipelineSource): GPUShaderModule {
    const known = modules.get(code);
    if (known !== undefined) return known;
    // Its errors are told by the pipeline, not by whoever listens to the device.
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label, code });
    void device.popErrorScope();
    modules.set(code, module);
    return module;
  }

  /** What the compiler says of a module. Asked once: Chromium never answers a second time. */
  function messagesOf(module: GPUShaderModule): Promise<GPUCompilationInfo> {
    const known = messages.get(module) ?? module.getCompilationInfo();
    messages.set(module, known);
    return known;
  }

  async function compile(source: PipelineSource): Promise<GPUComputePipeline> {
    const { class: label, code, constants } = source;
    const module = moduleOf(source);
    try {
      return await device.createComputePipelineAsync({
        label,
        layout: 'auto',
        compute: { module, entryPoint: 'main', constants },
      });
    } catch (cause) {
      const info = await messagesOf(module);
      const first = info.messages.find(({ type }) => type === 'error');
      const line = first === undefined ? '' : (code.split('\n')[first.lineNum - 1]?.trim() ?? '');
      const reason =
        first === undefined ? String(cause) : `line ${first.lineNum}: ${first.message} in '${line}'`;
      throw new WorkbenchError('gpu/kernel-refused', `The GPU refused a kernel (${label}): ${reason}`, {
        cause,
      });
    }
  }

  return {
    get(source) {
      const key = pipelineKey(source);
      const pipeline = pipelines.get(key) ?? compile(source);
      pipelines.set(key, pipeline);
      return pipeline;
    },
    get size() {
      return pipelines.size;
    },
  };
}
