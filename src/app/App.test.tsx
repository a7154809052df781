// @vitest-environment happy-dom
import { act, cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followAddress } from '../services/navigation.ts';
import { PLACE_FILTER_ATTRIBUTE, listenForShortcuts } from '../services/shortcuts.ts';
import { store, update } from '../state/store.ts';
import { withInspection } from '../state/ui.ts';
import { resetPage } from '../testing/render.tsx';
import { App } from './App.tsx';

const stops: (() => void)[] = [];

async function open(hash = '#/cohort') {
  window.location.hash = hash;
  stops.push(followAddress(), listenForShortcuts());
  render(<App />);
  await screen.findByRole('heading', { level: 1 });
  return userEvent.setup();
}

const title = (name: string) => screen.findByRole('heading', { level: 1, name });

beforeEach(resetPage);
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  cleanup();
});

describe('the rail', () => {
  it('lists the six places in working order with their state in words', async () => {
    await open();
    const places = within(screen.getByRole('list', { name: 'Places' })).getAllByRole('link');
    expect(places.map((link) => link.textContent)).toEqual([
      'Cohort, empty',
      'Models, empty',
      'Search, empty',
      'Train, empty',
      'Evaluate, empty',
      'Experiments, empty',
    ]);
  });

  it('goes to a place, marks it, names the page and puts the focus on its title', async () => {
    const user = await open();
    const link = screen.getByRole('link', { name: /^Search/ });
    await user.click(link);
    const heading = await title('Search');
    expect(link.getAttribute('aria-current')).toBe('page');
    expect(document.activeElement).toBe(heading);
    expect(document.title).toContain('Search');
  });

  it('collapses in a narrow window and when asked, keeps the names for screen readers and remembers the choice', async () => {
    // The window of these tests is 1,024 pixels wide.
    const user = await open();
    const toggle = screen.getByRole('button', { name: 'Names in the rail' });
    expect(toggle.getAttribute('aria-expanded')).toBe('false');
    expect(store.getState().ui.railCollapsed).toBe(null);
    expect(screen.getByRole('link', { name: /^Experiments/ })).toBeTruthy();
    await user.click(toggle);
    expect(toggle.getAttribute('aria-expanded')).toBe('true');
    expect(store.getState().ui.railCollapsed).toBe(false);
    await user.click(toggle);
    expect(store.getState().ui.railCollapsed).toBe(true);
  });

  it('says where models run and why', async () => {
    await open();
    expect(screen.getByRole('button', { name: /Device: Not started/ })).toBeTruthy();
    act(() => {
      update('device', () => ({
        status: 'ready',
        report: {
          provider: 'wasm',
          reason: 'This browser offers no WebGPU adapter.',
          adapter: '',
          features: [],
          limits: {},
          threadCount: 2,
          crossOriginIsolated: true,
        },
      }));
    });
    expect(screen.getByRole('button', { name: /WASM, 2 threads.*no WebGPU adapter/ })).toBeTruthy();
  });

  it('switches the colour scheme', async () => {
    const user = await open();
    await user.click(screen.getByRole('radio', { name: 'Dark' }));
    expect(document.documentElement.getAttribute('data-mantine-color-scheme')).toBe('dark');
    await user.click(screen.getByRole('radio', { name: 'Light' }));
    expect(document.documentElement.getAttribute('data-mantine-color-scheme')).toBe('light');
  });
});

describe('addresses', () => {
  it('open any page directly and an unknown one as the cohort', async () => {
    await open('#/help');
    expect(await title('Help')).toBeTruthy();
    act(() => {
      window.location.hash = '#/nowhere';
    });
    expect(await title('Cohort')).toBeTruthy();
  });
});

describe('keys', () => {
  it('go to a place with g and a letter, but not while a person types', async () => {
    const user = await open();
    const field = document.createElement('input');
    document.body.append(field);
    field.focus();
    await user.keyboard('gs');
    expect(field.value).toBe('gs');
    expect(store.getState().ui.page).toBe('cohort');
    field.blur();
    await user.keyboard('gx');
    await title('Experiments');
    await user.keyboard('m');
    expect(store.getState().ui.page).toBe('experiments');
    field.remove();
  });

  it('leave the browser its own shortcuts', async () => {
    const user = await open();
    await user.keyboard('g{Control>}s{/Control}');
    expect(store.getState().ui.page).toBe('cohort');
  });

  it('list themselves with ? and close with Escape', async () => {
    const user = await open();
    await user.keyboard('?');
    const dialog = await screen.findByRole('dialog', { name: 'Keys' });
    expect(within(dialog).getByRole('table', { name: 'Keys' })).toBeTruthy();
    await user.keyboard('{Escape}');
    expect(store.getState().ui.keysShown).toBe(false);
  });

  it('focus the filter of the place with /', async () => {
    const user = await open();
    const filter = document.createElement('input');
    filter.setAttribute(PLACE_FILTER_ATTRIBUTE, '');
    document.body.append(filter);
    await user.keyboard('/');
    expect(document.activeElement).toBe(filter);
    expect(filter.value).toBe('');
    filter.remove();
  });
});

describe('the inspector', () => {
  it('takes the focus, steps with the arrow keys, closes with Escape and gives the focus back', async () => {
    const user = await open();
    const before = screen.getByRole('link', { name: /^Models/ });
    before.focus();
    act(() => update('ui', (ui) => withInspection(ui, ['a', 'b', 'c'], 0)));
    const inspector = screen.getByRole('complementary', { name: 'Sample inspector' });
    expect(document.activeElement).toBe(inspector);
    expect(within(inspector).getByText('1 of 3')).toBeTruthy();
    await user.keyboard('{ArrowRight}{ArrowDown}{ArrowRight}');
    expect(within(inspector).getByText('3 of 3')).toBeTruthy();
    await user.keyboard('{ArrowLeft}');
    expect(within(inspector).getByText('2 of 3')).toBeTruthy();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('complementary', { name: 'Sample inspector' })).toBeNull();
    expect(document.activeElement).toBe(before);
  });
});

it('says on every page that it is not for clinical use, and has a way past the rail', async () => {
  const user = await open('#/train');
  expect(screen.getByText('Research use only, not for clinical use')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Skip to content' }));
  expect(document.activeElement).toBe(screen.getByRole('main'));
});
