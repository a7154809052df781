/** What the outline of a conversion refuses: models that could be made, and that the workbench could not run. */
import { describe, expect, it } from 'vitest';

import { recogniseCheckpoint } from '../../models/checkpoints/recognise.ts';
import { planConversion } from '../../models/convert/plan.ts';
import type { Graph } from '../../models/graph/graph.ts';
import type { Precision } from '../../models/onnx/lower.ts';
import { synthCheckpoint } from '../../models/testing/synth-checkpoint.ts';
import { createSamed, createSamedEncoder } from '../../models/zoo/samed.ts';
import { publishedSamed } from '../../models/zoo/samed-configuration.ts';
import { DENSE_POSITIONS, POSITION_MATRIX } from '../../models/zoo/samed-positions.ts';
import { requireRunnable } from './examine.ts';

/** The plan for one file that holds the parameters of a graph. */
function planOf(graph: Graph, precision: Precision = 'f32') {
  const shapes = Object.fromEntries(
    graph.parameters.map(({ name, shape }) =>
      // Checkpoints hold the matrix that the position encoding is made of.
      name === DENSE_POSITIONS ? [POSITION_MATRIX, [2, 128]] : [name, shape as readonly number[]],
    ),
  );
  const source = synthCheckpoint(shapes, 'examine');
  const file = { name: 'whole.safetensors', source, recognised: recogniseCheckpoint(source) };
  return planConversion([file], { precision, side: null });
}

describe('what the workbench could not run', () => {
  const segmenterOf = (classes: number) =>
    planOf(createSamed(publishedSamed('ViT-B', { side: 224, classes, rank: 4 })));

  it.each([1, 8])('a segmenter of %d classes and the background', (classes) => {
    expect(() => requireRunnable(segmenterOf(classes))).toThrow(
      expect.objectContaining({
        code: 'model/not-convertible',
        message: expect.stringContaining(`background and ${classes} classes`),
      }),
    );
  });

  it('but not one of background, rim and cup', () => {
    const plan = segmenterOf(2);
    expect(requireRunnable(plan)).toBe(plan);
  });

  it('the largest SAM in full precision, of which half precision is half as large', () => {
    const encoder = createSamedEncoder(publishedSamed('ViT-H', { side: 1024, classes: 3, rank: 0 }));
    expect(() => requireRunnable(planOf(encoder))).toThrow(
      expect.objectContaining({
        code: 'model/not-convertible',
        hint: expect.stringMatching(/half precision/),
      }),
    );
    expect(requireRunnable(planOf(encoder, 'f16')).role).toBe('extractor');
  });
});
