/**
 * GFLOP/s of the matrix products of SAMed's ViT-B at 512, and their share of the adapter's measured peak: layers with bias and
 * adapters, gradients of inputs and weights, against onnxruntime-web's `webgpu` provider on the same device, in turn. `--rounds N`
 * takes another number of rounds, `--cases qkv,decoder` only some of the cases, `--adapter default` the machine's GPU.
 */
import { parseArgs } from 'node:util';
import { ADAPTER_OPTION } from './gpu-bench.ts';
import { runKernelCases } from './kernel-cases.ts';
import { PRODUCT_CASES } from './kernels-page/cases.ts';

const { values } = parseArgs({
  options: {
    ...ADAPTER_OPTION,
    rounds: { type: 'string', default: '3' },
    cases: { type: 'string', default: Object.keys(PRODUCT_CASES).join() },
  },
});
await runKernelCases('matmul', values.cases.split(','), Number(values.rounds), values.adapter);
