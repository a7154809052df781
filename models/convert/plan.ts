/** What can be made of some checkpoints: a table by family. Nothing is read but lists of tensors. */
import { WorkbenchError } from '../../core/errors.ts';
import type { CheckpointFile, ConversionPlan, ConversionSettings } from './conversion.ts';
import { planInception, planTransUnet } from './plan-networks.ts';
import { planPretrained } from './plan-pretrained.ts';
import { needsSam, planSamed, planSamEncoder } from './plan-sam.ts';

function notConvertible(message: string, hint?: string): WorkbenchError {
  return new WorkbenchError('model/not-convertible', message, hint === undefined ? {} : { hint });
}

function planOne(file: CheckpointFile, settings: ConversionSettings): ConversionPlan {
  const { recognised } = file;
  switch (recognised.family) {
    case 'sam':
      return recognised.rank === null
        ? planSamEncoder(file, recognised, settings)
        : planSamed(file, recognised, file, settings);
    case 'samed-lora':
      throw needsSam(recognised.words);
    case 'inception-v3':
      return planInception(file, recognised, settings);
    case 'transunet':
      return planTransUnet(file, recognised, settings);
    default:
      return planPretrained(file, recognised, settings);
  }
}

/**
 * The plan for one checkpoint, or for a SAM and the adapters of a SAMed in either order.
 * Errors: `checkpoint/*` naming tensors that are missing or of another shape; `model/needs-checkpoint` for adapters
 * alone; `model/not-convertible`.
 */
export function planConversion(
  files: readonly CheckpointFile[],
  settings: ConversionSettings,
): ConversionPlan {
  const [first] = files;
  if (first !== undefined && files.length === 1) return planOne(first, settings);
  const samFile = files.find(({ recognised }) => recognised.family === 'sam');
  const adapterFile = files.find(({ recognised }) => recognised.family === 'samed-lora');
  if (files.length === 2 && samFile?.recognised.family === 'sam' && adapterFile !== undefined) {
    return planSamed(samFile, samFile.recognised, adapterFile, settings);
  }
  throw notConvertible(
    `These ${files.length} files make no model together: ${files.map(({ recognised }) => recognised.words).join('; ')}.`,
    'Give one checkpoint, or a SAM and the adapters of a SAMed.',
  );
}
