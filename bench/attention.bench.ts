/**
 * GFLOP/s of the attentions of SAMed's ViT-B at 512, and their share of the adapter's measured peak: in windows, over the whole grid,
 * and the decoder's, forward and backward; forward against onnxruntime-web's `webgpu` provider on the same device, in turn.
 * `--rounds N` takes another number of rounds, `--cases grid,windows` only some of the cases, `--adapter default` the machine's GPU.
 */
import { parseArgs } from 'node:util';
import { ADAPTER_OPTION } from './gpu-bench.ts';
import { runKernelCases } from './kernel-cases.ts';
import { ATTENTION_CASES } from './kernels-page/cases.ts';

const { values } = parseArgs({
  options: {
    ...ADAPTER_OPTION,
    rounds: { type: 'string', default: '3' },
    cases: { type: 'string', default: Object.keys(ATTENTION_CASES).join() },
  },
});
await runKernelCases('attention', values.cases.split(','), Number(values.rounds), values.adapter);
