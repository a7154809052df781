/** A training graph as text, one line a value or node: for people and for reviewed goldens. Same graph, same text. */
import { formatAttributes } from './print.ts';
import { formatShape } from './shape.ts';
import type { TrainingGraph } from './training-graph.ts';

/** The text of a training graph, in the form of `printGraph`; a line parts what depends on gradients from what does not. */
export function printTrainingGraph(training: TrainingGraph): string {
  const lines = [`training ${training.name}`];
  for (const { name, shape } of training.inputs) lines.push(`input ${name} ${formatShape(shape)}`);
  for (const { name, shape } of training.parameters) lines.push(`parameter ${name} ${formatShape(shape)}`);
  for (const [index, { kind, inputs, attributes, results }] of training.nodes.entries()) {
    if (index === training.forwardCount) lines.push('backward');
    const names = results.map(({ name }) => name).join(', ');
    const shapes = results.map(({ shape }) => formatShape(shape)).join(', ');
    lines.push(`${names} = ${kind}(${inputs.join(', ')})${formatAttributes(attributes)} -> ${shapes}`);
  }
  for (const { name, value } of training.outputs) lines.push(`output ${name} = ${value}`);
  for (const { parameter, value } of training.gradients) lines.push(`gradient ${parameter} = ${value}`);
  for (const { state, value } of training.updates) lines.push(`update ${state} = ${value}`);
  return `${lines.join('\n')}\n`;
}
