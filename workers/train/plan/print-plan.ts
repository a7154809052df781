/** A plan as text, one line a region, tensor or step: for people and for reviewed goldens. Same plan, same text. */
import { formatShape } from '../../../models/graph/shape.ts';
import type { CopyEnd, Place, PlacedTensor, PlanStep, TrainingPlan } from './plan.ts';

/** Region, first byte and number of bytes. */
function formatPlace({ region, offsetBytes, sizeBytes }: Place): string {
  return `@${region}+${offsetBytes}:${sizeBytes}`;
}

function formatEnd(end: CopyEnd): string {
  const start = `@${end.region}+${end.offsetBytes}`;
  return end.by === 'nothing' ? start : `${start}+${end.strideBytes}*${end.by}`;
}

function formatTensor({ name, shape, place }: PlacedTensor): string {
  return `${name} ${formatShape(shape)} ${formatPlace(place)}`;
}

function formatStep(step: PlanStep): string {
  switch (step.kind) {
    case 'clear':
      return `clear ${formatPlace(step.place)}`;
    case 'copy':
      return `copy ${step.sizeBytes} bytes from ${formatEnd(step.from)} to ${formatEnd(step.to)}`;
    default: {
      const { node, dispatch, places } = step;
      const bound = dispatch.bindings.map(
        ({ from, index }, binding) => `${from}${index}${formatPlace(places[binding] as Place)}`,
      );
      return `${node}: ${dispatch.class} [${dispatch.workgroups.join()}] ${bound.join(' ')}`;
    }
  }
}

/** The text of a plan, ending in a line feed. Of dispatches it has workgroups and places, not the kernels' text. */
export function printPlan(plan: TrainingPlan): string {
  const { batchSize, microBatch, microBatchCount, recomputation, totalBytes, trainables, report } = plan;
  const lines = [
    `plan ${plan.name}: ${batchSize} images as ${microBatchCount} x ${microBatch}, recomputation ${recomputation}, ${totalBytes} bytes`,
    ...plan.regions.map(
      ({ name, role, sizeBytes }, index) => `region ${index} ${role} '${name}' ${sizeBytes}`,
    ),
    ...plan.inputs.map((input) => `input ${formatTensor(input)} per ${input.per}`),
    ...plan.parameters.map(
      (parameter) => `parameter ${formatTensor(parameter)}${parameter.storage === 'f16' ? ' of f16' : ''}`,
    ),
    ...plan.states.map((state) => `state ${formatTensor(state)}`),
  ];
  if (trainables !== undefined) {
    const { optimizer, entries, pages, settings } = trainables;
    for (const { parameter, shape, page, start, count } of entries) {
      const elements = `elements ${start} to ${start + count - 1}`;
      lines.push(`trainable ${parameter} ${formatShape(shape)} ${elements} of page ${page}`);
    }
    lines.push(`${optimizer.kind} settings ${formatPlace(settings)}`);
    for (const [index, { start, count, weights, gradients, decays, moments }] of pages.entries()) {
      const tensors = Object.entries({ weights, gradients, decays });
      const places = tensors.map(([name, place]) => `${name} ${formatPlace(place)}`);
      const page = `page ${index} elements ${start} to ${start + count - 1}`;
      lines.push(`${page} ${places.join(' ')} moments ${moments.map(formatPlace).join(' ')}`);
    }
  }
  for (const output of plan.outputs) lines.push(`output ${formatTensor(output)}`);
  lines.push(`report ${report.slotCount} slots of ${report.slotBytes} bytes ${formatPlace(report.place)}`);
  for (const { name, startElement, count } of report.entries) {
    lines.push(`reports ${name} elements ${startElement} to ${startElement + count - 1}`);
  }
  for (const [name, steps] of Object.entries(plan.programmes)) {
    lines.push(`programme ${name}`, ...steps.map(formatStep));
  }
  return `${lines.join('\n')}\n`;
}
