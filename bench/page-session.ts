/** A real Chromium on the built page, served by this process: what every benchmark of the page starts from. */
import { type Browser, chromium, type Page } from '@playwright/test';
import { preview } from 'vite';
import { CHROMIUM_ARGUMENTS, findChromium, SWIFTSHADER_ARGUMENTS } from '../scripts/chromium.mjs';
import { ROOT } from '../scripts/install.mjs';

export interface PageSession {
  readonly browser: Browser;
  /** Not yet opened. The service worker is blocked: its precaching would be measured as the page's. */
  readonly page: Page;
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** Serves a built site, the page's unless another is named, on a free port and starts the browser, with WebGPU on the software adapter. */
export async function openSession(outDir = 'dist'): Promise<PageSession> {
  const server = await preview({
    root: ROOT,
    logLevel: 'warn',
    build: { outDir },
    preview: { host: 'localhost', port: 4517 },
  });
  const address = server.resolvedUrls?.local[0];
  const executablePath = findChromium();
  if (address === undefined || executablePath === undefined) throw new Error('No server or no Chromium.');
  const browser = await chromium.launch({
    executablePath,
    args: [...CHROMIUM_ARGUMENTS, ...SWIFTSHADER_ARGUMENTS],
  });
  const page = await browser.newPage({ serviceWorkers: 'block', viewport: { width: 1440, height: 900 } });
  return {
    browser,
    page,
    address,
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}
