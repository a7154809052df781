/** Entry of the page: starts the ledger, the list of failures, preferences, address and keys, then mounts the app. */
import '@mantine/core/styles.css';
import './ui/theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import './services/models-drop.ts';
import './services/search-store.ts';
import { followAddress } from './services/navigation.ts';
import { keepPreferences } from './services/preferences.ts';
import { startLedger } from './services/request-ledger.ts';
import { registerServiceWorker } from './services/service-worker.ts';
import { listenForShortcuts } from './services/shortcuts.ts';
import { listenForUnhandledErrors } from './services/unhandled-errors.ts';
import { adoptThemeVariables } from './ui/theme.ts';

startLedger();
listenForUnhandledErrors();
adoptThemeVariables();
keepPreferences();
followAddress();
listenForShortcuts();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

void registerServiceWorker();
