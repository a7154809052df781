import { expect, it } from 'vitest';
import { ERROR_CATALOGUE } from './error-catalogue.ts';

it.each(Object.entries(ERROR_CATALOGUE))(
  '%s has a title of a few words and a hint in sentences',
  (_code, entry) => {
    expect(entry.title).toMatch(/^[A-Z]/);
    expect(entry.title).not.toMatch(/\.$/);
    expect(entry.title.split(' ').length).toBeLessThanOrEqual(7);
    expect(entry.hint).toMatch(/^[A-Z0-9].*\.$/s);
  },
);

it('gives every code its own title', () => {
  const titles = Object.values(ERROR_CATALOGUE).map((entry) => entry.title);
  expect(new Set(titles).size).toBe(titles.length);
});
