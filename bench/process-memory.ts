/** Memory of a browser's processes as the system counts it. Linux only: it reads /proc. */
import { readFileSync } from 'node:fs';
import type { Browser, CDPSession } from '@playwright/test';

/** Opens the browser's own DevTools session; reading a page's memory through it costs the page nothing. */
export function openBrowserSession(browser: Browser): Promise<CDPSession> {
  return browser.newBrowserCDPSession();
}

/** Resident MiB of the largest renderer: the page with all its workers. */
export async function rendererMiB(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(
      ({ id }) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]) / 1024,
    );
  return Math.max(...sizes);
}
