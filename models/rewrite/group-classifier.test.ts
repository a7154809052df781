/** The adversary's head: a graph that verifies, and a gradient that reaches the map with its sign turned. */
import { describe, expect, it } from 'vitest';

import { describeDifference, STATISTICS_F64 } from '../../core/testing.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import { verifyGraph } from '../graph/verify.ts';
import { interpretTraining } from '../reference/interpret-training.ts';
import { differentiate } from './differentiate.ts';
import { GROUP_LOGITS, withGroupClassifier } from './group-classifier.ts';

function classified(reversalScale: number) {
  const builder = createGraphBuilder('maps');
  const map = builder.input('map', ['N', 2, 3, 5]);
  const graph = withGroupClassifier(builder.build({ map }), { from: 'map', groupCount: 3, reversalScale });
  verifyGraph(graph);
  return differentiate(graph, {
    loss: { kind: 'given', output: GROUP_LOGITS },
    trainable: new Set(['map', 'group_classifier.weight']),
    batchNormMomentum: 0.1,
  });
}

describe('the classifier of groups', () => {
  it('learns itself, and turns the gradient of the map round by its scale', () => {
    const values = {
      map: { shape: [1, 2, 3, 5], data: Array.from({ length: 30 }, (_, i) => i) },
      'group_classifier.weight': { shape: [3, 2], data: [1, 2, 3, 4, 5, 6] },
      'group_classifier.bias': { shape: [3], data: [0, 1, 0] },
      'd.group_logits': { shape: [1, 3], data: [1, 0, -1] },
    };
    const { outputs, gradients } = interpretTraining(classified(0.5), values);
    // The means of the two channels are 7 and 22.
    expect(Array.from(outputs[GROUP_LOGITS]?.data ?? [])).toEqual([51, 110, 167]);
    expect(Array.from(gradients.get('group_classifier.weight')?.data ?? [])).toEqual([7, 22, 0, 0, -7, -22]);
    // 1 - 5 and 2 - 6 are shared by 15 pixels each.
    const expected = Array.from({ length: 30 }, () => (-0.5 * -4) / 15);
    expect(describeDifference(gradients.get('map')?.data ?? [], expected, STATISTICS_F64)).toBeUndefined();
  });
});
