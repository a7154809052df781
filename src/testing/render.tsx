/** Set-up shared by component tests in happy-dom: the theme around a component, a clean store, a clean address. */
import { MantineProvider } from '@mantine/core';
import { cleanup, render, type RenderResult } from '@testing-library/react';
import type { ReactNode } from 'react';
import { initialState, store } from '../state/store.ts';
import { theme } from '../ui/theme.ts';

/** Renders inside the theme, without transitions and portals. */
export function renderInTheme(node: ReactNode): RenderResult {
  return render(
    <MantineProvider theme={theme} env="test" withCssVariables={false} withGlobalClasses={false}>
      {node}
    </MantineProvider>,
  );
}

/** Takes the page away and puts the store back to its first state; call it after each test. */
export function resetPage(): void {
  cleanup();
  store.setState(initialState, true);
  window.location.hash = '';
}
