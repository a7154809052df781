/** The whole page: theme, rail, the page that is shown, inspector, job tray, dialogs and the live region. */
import { MantineProvider } from '@mantine/core';
import { useColorScheme } from '@mantine/hooks';
import { PageDrop } from '../places/cohort/PageDrop.tsx';
import { useStore } from '../state/store.ts';
import { theme } from '../ui/theme.ts';
import styles from './App.module.css';
import { InspectorDrawer } from './InspectorDrawer.tsx';
import { JobFailureDrawer } from './JobFailureDrawer.tsx';
import { JobTray } from './JobTray.tsx';
import { KeysDialog } from './KeysDialog.tsx';
import { LiveRegion } from './LiveRegion.tsx';
import { PageView } from './PageView.tsx';
import { Rail } from './Rail.tsx';

/** Moves the focus past the rail. A plain `#main` link would be read as an address by the router. */
function skipToContent(): void {
  document.querySelector<HTMLElement>('main')?.focus();
}

/** Root of the page. Expects the address and the preferences to be in the store already. */
export function App() {
  const chosen = useStore((state) => state.ui.colorScheme);
  const systemScheme = useColorScheme('light', { getInitialValueInEffect: false });
  return (
    <MantineProvider
      theme={theme}
      forceColorScheme={chosen === 'auto' ? systemScheme : chosen}
      // Both would write style elements, which the security policy forbids; theme.ts supplies the variables.
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <button type="button" className={styles['skip']} onClick={skipToContent}>
        Skip to content
      </button>
      <div className={styles['shell']}>
        <Rail />
        <main className={styles['main']} tabIndex={-1}>
          <PageView />
          <InspectorDrawer />
        </main>
        <JobTray />
      </div>
      <PageDrop />
      <JobFailureDrawer />
      <KeysDialog />
      <LiveRegion />
    </MantineProvider>
  );
}
