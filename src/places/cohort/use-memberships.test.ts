import { expect, it } from 'vitest';
import type { SampleMembership } from '../../services/sample-memberships.ts';
import { predictionToShow } from './use-memberships.ts';

function run(id: string): SampleMembership {
  return { kind: 'run', id, label: id, href: '#/evaluate', predictionRunId: id };
}

it('shows the prediction of the run that was chosen, else of the one that Evaluate shows, else of the last', () => {
  const runs = ['first', 'second', 'third'].map(run);
  expect(predictionToShow(runs, ['second', 'first'])).toBe('second');
  expect(predictionToShow(runs, [null, 'first'])).toBe('first');
  expect(predictionToShow(runs, ['of another image', 'first'])).toBe('first');
  expect(predictionToShow(runs, [null, 'of another image'])).toBe('third');
  const selection = { kind: 'selection', id: 's', label: 's', href: '#/search' } as const;
  expect(predictionToShow([selection], [null, 'first'])).toBeUndefined();
});
