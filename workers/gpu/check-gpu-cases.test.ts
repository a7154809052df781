/** The cases of the check forget no kernel. */
import { expect, it } from 'vitest';

import { GRADIENT_KINDS } from '../../models/graph/gradient-ops/infer.ts';
import { opCases } from '../../models/reference/op-cases.ts';
import { checkedCases } from './check-gpu-cases.ts';
import { canBeHalf, hasKernel } from './kernels/kernel-table.ts';

it('has a case of every kernel that training can ask for', () => {
  const forward = opCases.flatMap(({ model }) => model.graph.nodes.map(({ kind }) => kind));
  const kinds = new Set(
    [...forward, ...GRADIENT_KINDS].filter((kind) => kind !== 'batchNorm').filter(hasKernel),
  );
  const checked = new Set(checkedCases().map(({ kind }) => kind));
  expect([...kinds].filter((kind) => !checked.has(kind))).toEqual([]);
});

it('has calls of every kernel that reads weights as f16, with rows of a multiple of four and others', () => {
  const cases = checkedCases();
  const ofHalves = cases.flatMap(({ kind, inputs, halves = [] }) =>
    halves.map((index) => `${kind} ${(inputs[index]?.shape.at(-1) ?? 0) % 4 === 0}`),
  );
  const kinds = new Set(cases.map(({ kind }) => kind).filter((kind) => canBeHalf(kind, 1)));
  expect(ofHalves.toSorted()).toEqual(
    [...kinds].flatMap((kind) => [`${kind} false`, `${kind} true`]).toSorted(),
  );
});
