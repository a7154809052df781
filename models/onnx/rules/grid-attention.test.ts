/** Attention in a grid that is too large to be computed at once: its parts make the same whole. */
import * as ort from 'onnxruntime-web/wasm';
import { expect, it } from 'vitest';

import { describeDifference, REDUCED_F32 } from '../../../core/testing.ts';
import { createGraphBuilder } from '../../graph/builder.ts';
import { synthImage, synthParams } from '../../reference/synth-weights.ts';
import { lowerToOnnx } from '../lower.ts';
import { groupWindows } from './window-groups.ts';

ort.env.wasm.numThreads = 1;

const [H, W, HEADS] = [26, 23, 12];

it('computes all heads in parts as it computes half of them at once', async () => {
  const builder = createGraphBuilder('parts');
  const qkv = builder.input('qkv', [1, H, W, 3 * HEADS]);
  const tables = [builder.parameter('rows', [2 * H - 1, 1]), builder.parameter('columns', [2 * W - 1, 1])];
  const whole = builder.op('gridAttention', 'whole', [qkv, ...tables], { heads: HEADS, window: null });
  const halves = [0, HEADS / 2].map((first) => {
    const thirds = [0, 1, 2].map((third) =>
      builder.op('slice', `third-${third}-${first}`, [qkv], {
        axis: 3,
        start: third * HEADS + first,
        length: HEADS / 2,
      }),
    );
    const half = builder.op('concat', `half-${first}`, thirds, { axis: 3 });
    return builder.op('gridAttention', `attended-${first}`, [half, ...tables], {
      heads: HEADS / 2,
      window: null,
    });
  });
  const joined = builder.op('concat', 'joined', halves, { axis: 3 });
  const graph = builder.build({ whole, joined });
  const session = await ort.InferenceSession.create(
    lowerToOnnx({ graph, params: synthParams(graph.parameters, 'parts') }),
  );
  const data = synthImage('qkv', 3 * HEADS, H, W, 'parts');
  const results = await session.run({ qkv: new ort.Tensor('float32', data, [1, H, W, 3 * HEADS]) });
  const [actual, expected] = [results['whole']?.data, results['joined']?.data] as Float32Array[];
  expect(describeDifference(actual ?? [], expected ?? [], REDUCED_F32)).toBeUndefined();
  await session.release();
});

it('asks every token once, with all keys of its window, and no more pairs at once than it may', () => {
  const [h, w, side, longest] = [7, 5, 3, 40];
  const groups = groupWindows(h, w, side, side, longest);
  const asked = groups.flatMap(({ queries }) => queries);
  expect(asked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: h * w }, (_, token) => token));
  for (const { rows, columns, count, queries, keys } of groups) {
    const each = rows.count * columns.count;
    expect(queries).toHaveLength(count * each);
    expect(keys).toHaveLength(count * side * side);
    expect(rows.count === 1 || queries.length * side * side <= longest).toBe(true);
    for (const [at, token] of queries.entries()) {
      const start = Math.floor(at / each) * side * side;
      expect(keys.slice(start, start + side * side)).toContain(token);
    }
  }
});
