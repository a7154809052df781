/** The page in which SAMed-Tiny is pretrained: the browser's WebGPU, and files kept by the script that opened it. */
import { requestGpu } from '../../../workers/gpu/device.ts';
import { gpuTrainingDevice } from '../../../workers/train/training-device.ts';
import { createHttpStorage } from '../http-storage.ts';
import type { PretrainingOptions, PretrainingSummary } from '../options.ts';
import { pretrain } from '../pretraining.ts';

/** What the script and the page have in common: `say` is the script's, `runPretraining` the page's. */
export interface PretrainingScope {
  say(sentence: string): Promise<void>;
  runPretraining(options: PretrainingOptions): Promise<PretrainingSummary>;
}

const scope = globalThis as unknown as PretrainingScope;

Object.assign(scope, {
  async runPretraining(options: PretrainingOptions) {
    const say = (sentence: string) => void scope.say(sentence);
    const gpu = await requestGpu((error) => say(error.message));
    say(`Adapter: ${gpu.adapterName}`);
    const place = { device: gpuTrainingDevice(gpu), storage: createHttpStorage(location.href), say };
    const result = await pretrain(place, options);
    gpu.destroy();
    return result;
  },
} satisfies Pick<PretrainingScope, 'runPretraining'>);
