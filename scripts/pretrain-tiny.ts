/**
 * `npm run pretrain:tiny`: pretrains SAMed-Tiny by the workbench's own training engine, writes its weights and says what they are
 * worth on demo subjects. Stopped, it goes on from its last checkpoint when started again. It runs in a Chromium without a
 * window: `--adapter default` takes the machine's GPU in place of the software adapter. `--webgpu FOLDER` runs it in Node instead,
 * on the package `webgpu` installed there, whose driver may be much faster: Mesa's lavapipe has five times SwiftShader's speed.
 * `--epochs N` trains longer or shorter, `--out FILE` and `--checkpoints FOLDER` write elsewhere. The numbers are the same
 * again on one adapter only.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './install.mjs';
import { pretrainInChromium } from './pretrain-tiny/in-chromium.ts';
import { pretrainInNode } from './pretrain-tiny/in-node.ts';
import { PRETRAINING, type RunSummary, type Score, WEIGHTS_FILE } from './pretrain-tiny/options.ts';

const { values } = parseArgs({
  options: {
    adapter: { type: 'string', default: 'swiftshader' },
    webgpu: { type: 'string' },
    epochs: { type: 'string', default: String(PRETRAINING.epochCount) },
    out: { type: 'string', default: join(ROOT, 'public', 'models', WEIGHTS_FILE.name) },
    checkpoints: { type: 'string' },
  },
});

function scoreWords({ imageCount, rim, cup, disc, discByGroup }: Score): string {
  const groups = discByGroup.map((dice) => dice?.toFixed(3) ?? 'none').join(', ');
  return `${imageCount} images, mean Dice rim ${rim.toFixed(4)}, cup ${cup.toFixed(4)}, disc ${disc.toFixed(4)} (by group: ${groups})`;
}

function runWords({ seconds, stepCount, firstLoss, lastLoss }: RunSummary): string {
  return `${stepCount} steps in ${seconds.toFixed(0)} s, loss ${firstLoss.toFixed(4)} to ${lastLoss.toFixed(4)}`;
}

async function main(): Promise<void> {
  const epochCount = Number(values.epochs);
  if (!Number.isInteger(epochCount) || epochCount < 1) throw new Error('--epochs is a whole number.');
  const checkpoints = resolve(
    values.checkpoints ?? join(ROOT, '.cache', 'pretrain-tiny', `epochs-${epochCount}`),
  );
  const startedMs = performance.now();
  const say = (sentence: string) => {
    console.log(`${((performance.now() - startedMs) / 1000).toFixed(0)} s: ${sentence}`);
  };
  const options = { ...PRETRAINING, epochCount };
  const { adapter, pretraining, alone, fineTuning } =
    values.webgpu === undefined
      ? await pretrainInChromium(options, checkpoints, values.adapter, say)
      : await pretrainInNode(options, checkpoints, resolve(values.webgpu), say);
  mkdirSync(dirname(values.out), { recursive: true });
  copyFileSync(join(checkpoints, WEIGHTS_FILE.folder, WEIGHTS_FILE.name), values.out);
  console.log(
    [
      `Adapter ${adapter}, seed ${PRETRAINING.seed}, ${PRETRAINING.trainingCount} eyes, ${epochCount} epochs.`,
      `Pretraining: ${runWords(pretraining)}.`,
      `Held-out eyes of the pretraining cohort: ${scoreWords(pretraining.score)}.`,
      `Held-out demo subjects, pretrained alone: ${scoreWords(alone)}.`,
      `Fine-tuning on ${PRETRAINING.fineTuningCount} demo subjects: ${runWords(fineTuning)}.`,
      `Held-out demo subjects, fine-tuned: ${scoreWords(fineTuning.score)}.`,
      values.out,
    ].join('\n'),
  );
}

await main();
// Dawn in Node keeps the process alive.
process.exit(0);
