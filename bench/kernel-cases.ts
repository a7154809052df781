/** Times kernels of ours against onnxruntime-web's `webgpu` provider in one Chromium, in turn: what the benchmarks of kernels share. */
import { alternate } from './alternate.ts';
import { openGpuBench } from './gpu-bench.ts';
import type { KernelsBench } from './kernels-page/main.ts';
import { printResult } from './result.ts';

/** Largest difference of two results over their largest element: rounding of long sums in f32. */
const DIFFERENCE_TOLERANCE = 1e-3;

/** Runs the cases and prints the result, whose ratio is the least of all cases with a peer. Throws where the two disagree. */
export async function runKernelCases(
  benchmark: string,
  cases: readonly string[],
  rounds: number,
  adapterOption: string,
): Promise<void> {
  const { bench, close } = await openGpuBench<KernelsBench>('kernels-page', { adapter: adapterOption });
  try {
    const adapter = await bench.adapter();
    const peak = await bench.peak();
    const figures: Record<string, number | null> = {
      peakGflopPerSecond: peak.gflopPerSecond,
      peakGigabytesPerSecond: peak.gigabytesPerSecond,
    };
    const peerFigures: Record<string, number | null> = {};
    const ratios: number[] = [];
    for (const name of cases) {
      const { flops, inputBytes, makeMs, largestDifference } = await bench.open(name);
      if (largestDifference !== null && !(largestDifference <= DIFFERENCE_TOLERANCE)) {
        throw new Error(`The results of ${name} differ by ${largestDifference} of their size.`);
      }
      const hasPeer = largestDifference !== null;
      const ways = [() => bench.runOurs(name), ...(hasPeer ? [() => bench.runTheirs(name)] : [])];
      const [ourMs = Number.NaN, theirMs] = await alternate(rounds, ways);
      figures[`${name}GflopPerSecond`] = flops / ourMs / 1e6;
      figures[`${name}PeakShare`] = flops / ourMs / 1e6 / peak.gflopPerSecond;
      figures[`${name}InputBytes`] = inputBytes;
      figures[`${name}FirstMs`] = makeMs;
      figures[`${name}LargestDifference`] = largestDifference;
      peerFigures[`${name}GflopPerSecond`] = theirMs === undefined ? null : flops / theirMs / 1e6;
      if (theirMs !== undefined) ratios.push(theirMs / ourMs);
      console.log(
        `${name}: ${figures[`${name}GflopPerSecond`]} against ${peerFigures[`${name}GflopPerSecond`]}`,
      );
    }
    printResult({
      name: benchmark,
      adapter,
      figures,
      peer: { name: 'onnxruntime-web webgpu', figures: peerFigures },
      // The least of the cases': never slower is what is asked.
      ratio: ratios.length === 0 ? null : Math.min(...ratios),
    });
  } finally {
    await close();
  }
}
