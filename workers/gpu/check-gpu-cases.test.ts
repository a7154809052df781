/** The cases of the check forget no kernel. */
import { expect, it } from 'vitest';

import { GRADIENT_KINDS } from '../../models/graph/gradient-ops/infer.ts';
import { opCases } from '../../models/reference/op-cases.ts';
import { checkedCases } from './check-gpu-cases.ts';
import { hasKernel } from './kernels/kernel-table.ts';

it('has a case of every kernel that training can ask for', () => {
  const forward = opCases.flatMap(({ model }) => model.graph.nodes.map(({ kind }) => kind));
  const kinds = new Set(
    [...forward, ...GRADIENT_KINDS].filter((kind) => kind !== 'batchNorm').filter(hasKernel),
  );
  const checked = new Set(checkedCases().map(({ kind }) => kind));
  expect([...kinds].filter((kind) => !checked.has(kind))).toEqual([]);
});
