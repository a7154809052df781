// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { Staged } from './Staged.tsx';

afterEach(cleanup);

function shown(): string {
  return document.body.textContent;
}

it('mounts its parts one after the other, with a placeholder for each that is to come', async () => {
  const { rerender } = render(
    <Staged placeholder="·">
      <p>one</p>
      <p>two</p>
    </Staged>,
  );
  expect(shown()).toBe('··');
  await screen.findByText('one');
  expect(shown()).toBe('one·');
  await screen.findByText('two');
  expect(shown()).toBe('onetwo');
  rerender(
    <Staged placeholder="·">
      <p>1</p>
      <p>2</p>
    </Staged>,
  );
  expect(shown()).toBe('12');
});
