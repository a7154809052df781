/**
 * GFLOP/s of convolutions of SAMed's ViT-B at 512 and of a TransUNet R50 at 224, and their share of the adapter's measured peak:
 * forward against onnxruntime-web's `webgpu` provider on the same device, in turn; gradients of inputs and of weights.
 * `--rounds N` takes another number of rounds, `--cases neck,root` only some of the cases, `--adapter default` the machine's GPU.
 */
import { parseArgs } from 'node:util';
import { ADAPTER_OPTION } from './gpu-bench.ts';
import { runKernelCases } from './kernel-cases.ts';
import { CONVOLUTION_CASES } from './kernels-page/cases.ts';

const { values } = parseArgs({
  options: {
    ...ADAPTER_OPTION,
    rounds: { type: 'string', default: '3' },
    cases: { type: 'string', default: Object.keys(CONVOLUTION_CASES).join() },
  },
});
await runKernelCases('convolution', values.cases.split(','), Number(values.rounds), values.adapter);
