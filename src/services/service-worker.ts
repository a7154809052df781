/**
 * Registers the service worker of the built page. It makes the page work offline and isolated on any static host;
 * where the host sent no isolation headers, the page is loaded once more through the worker, which adds them.
 */

import { update } from '../state/store.ts';
import { announce } from './announce.ts';

/** Set while the one reload is under way, so that a browser that cannot isolate is not reloaded for ever. */
const RELOADED_KEY = 'equiseg.reloaded-for-isolation';

/** `reloading`: the page is about to be loaded again. `unavailable`: no service worker here (development, private window, plain http). */
export type ServiceWorkerOutcome = 'ready' | 'reloading' | 'unavailable';

function whenLoaded(): Promise<void> {
  if (document.readyState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    window.addEventListener('load', () => resolve(), { once: true });
  });
}

/** Follows the service workers that take over while the page is open: the first is of the page's own version, each after it is a newer one. */
function followTakeOvers(): void {
  let isControlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (isControlled) {
      update('ui', (ui) => ({ ...ui, newVersionReady: true }));
      announce('A new version of the page is ready. Reloading gets it.');
      // A new version has a store of its own.
      navigator.serviceWorker.controller?.postMessage('store-large-files');
    }
    isControlled = true;
  });
}

/** Registers after the first paint, reloads once if that brings isolation, then has the large files stored. Never rejects. */
export async function registerServiceWorker(): Promise<ServiceWorkerOutcome> {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return 'unavailable';
  await whenLoaded();
  followTakeOvers();
  try {
    await navigator.serviceWorker.register(new URL('service-worker.js', document.baseURI), {
      updateViaCache: 'none',
    });
  } catch {
    // Private windows and locked-down browsers refuse: the page works without, only not offline.
    return 'unavailable';
  }
  const registration = await navigator.serviceWorker.ready;
  if (window.crossOriginIsolated) {
    sessionStorage.removeItem(RELOADED_KEY);
  } else if (sessionStorage.getItem(RELOADED_KEY) === null) {
    sessionStorage.setItem(RELOADED_KEY, 'yes');
    window.location.reload();
    return 'reloading';
  }
  registration.active?.postMessage('store-large-files');
  return 'ready';
}
