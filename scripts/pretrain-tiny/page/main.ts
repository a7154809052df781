/** Where SAMed-Tiny is pretrained, a page or Node: the WebGPU that is there, and files kept by the script that started it. */
import { requestGpu } from '../../../workers/gpu/device.ts';
import { gpuTrainingDevice } from '../../../workers/train/training-device.ts';
import { createHttpStorage } from '../http-storage.ts';
import type { PretrainingOptions, PretrainingSummary } from '../options.ts';
import { pretrain } from '../pretraining.ts';

/** What the script and this have in common: `say` is the script's, which serves the files at `address`. */
export interface PretrainingScope {
  readonly say: (sentence: string) => void;
  readonly runPretraining: (options: PretrainingOptions, address: string) => Promise<PretrainingSummary>;
}

const scope = globalThis as unknown as PretrainingScope;

Object.assign(scope, {
  async runPretraining(options: PretrainingOptions, address: string) {
    const { say } = scope;
    const gpu = await requestGpu((error) => say(error.message));
    say(`Adapter: ${gpu.adapterName}`);
    const place = { device: gpuTrainingDevice(gpu), storage: createHttpStorage(address), say };
    const result = await pretrain(place, options);
    gpu.destroy();
    return result;
  },
} satisfies Pick<PretrainingScope, 'runPretraining'>);
