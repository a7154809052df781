/** Cutting a graph down to what some values need. */
import { describe, expect, it } from 'vitest';

import { createGraphBuilder } from '../graph/builder.ts';
import { verifyGraph } from '../graph/verify.ts';
import { prune } from './prune.ts';

function forked() {
  const builder = createGraphBuilder('forked');
  const x = builder.input('x', ['N', 2]);
  const other = builder.input('other', ['N', 2]);
  const weight = builder.parameter('w', [3, 2]);
  const shared = builder.op('unary', 'shared', [x], { function: 'relu' });
  const left = builder.op('linear', 'left', [shared, weight], { bias: false, adapters: [] });
  const right = builder.op('binary', 'right', [shared, other], { function: 'add' });
  return builder.build({ left, right });
}

describe('pruning', () => {
  it('keeps what a value needs and drops everything else', () => {
    const left = prune(forked(), { only: 'left' });
    verifyGraph(left);
    expect(left.nodes.map(({ name }) => name)).toEqual(['shared', 'left']);
    expect(left.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(left.outputs).toEqual([{ name: 'only', value: 'left' }]);
    const right = prune(forked(), { right: 'right', shared: 'shared' });
    expect(right.parameters).toEqual([]);
    expect(right.inputs.map(({ name }) => name)).toEqual(['x', 'other']);
  });

  it('leaves a graph that is needed whole as it is, and does not change it', () => {
    const graph = forked();
    const before = structuredClone(graph);
    expect(prune(graph, { left: 'left', right: 'right' })).toEqual(before);
    prune(graph, { shared: 'shared' });
    expect(graph).toEqual(before);
  });

  it('can make an input an output, and refuses a value that is not there', () => {
    expect(prune(forked(), { x: 'x' }).nodes).toEqual([]);
    expect(() => prune(forked(), { y: 'nothing' })).toThrow("'nothing' is no value of 'forked'");
  });
});
