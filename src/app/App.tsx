/** The whole page: theme, rail, the page that is shown, inspector, job tray, dialogs and the live region. */
import { MantineProvider } from '@mantine/core';
import { useColorScheme } from '@mantine/hooks';
import { PageDrop } from '../places/cohort/PageDrop.tsx';
import { update, useStore } from '../state/store.ts';
import { lazyPart } from '../ui/lazy-part.tsx';
import { theme } from '../ui/theme.ts';
import { WhenOpened } from '../ui/WhenOpened.tsx';
import styles from './App.module.css';
import { InspectorDrawer } from './InspectorDrawer.tsx';
import { JobTray } from './JobTray.tsx';
import { LiveRegion } from './LiveRegion.tsx';
import { PageView } from './PageView.tsx';
import { Rail } from './Rail.tsx';

const KeysDialog = lazyPart(async () => (await import('./KeysDialog.tsx')).KeysDialog);
const JobFailureDrawer = lazyPart(async () => (await import('./JobFailureDrawer.tsx')).JobFailureDrawer);

/** Moves the focus past the rail. A plain `#main` link would be read as an address by the router. */
function skipToContent(): void {
  document.querySelector<HTMLElement>('main')?.focus();
}

function closeFailure(): void {
  update('ui', (ui) => ({ ...ui, shownFailureId: null }));
}

function closeKeys(): void {
  update('ui', (ui) => ({ ...ui, keysShown: false }));
}

/** Root of the page. Expects the address and the preferences to be in the store already. */
export function App() {
  const chosen = useStore((state) => state.ui.colorScheme);
  const keysShown = useStore((state) => state.ui.keysShown);
  const failureShown = useStore((state) => state.ui.shownFailureId !== null);
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
      <WhenOpened opened={failureShown} onClose={closeFailure}>
        {(opened) => <JobFailureDrawer opened={opened} />}
      </WhenOpened>
      <WhenOpened opened={keysShown} onClose={closeKeys}>
        {(opened) => <KeysDialog opened={opened} />}
      </WhenOpened>
      <LiveRegion />
    </MantineProvider>
  );
}
