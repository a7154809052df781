/**
 * The `test` of every end-to-end spec. It watches the whole browser context: a request to another origin, a
 * violation of the security policy, an uncaught error or a crash fails the test that caused it, whatever else it checks.
 */
import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { createCohortFolder, type CohortFolder } from './cohort-folder.ts';

export { expect } from '@playwright/test';

/** What was seen of one context. Tests of the guard itself read it, and empty what they provoked. */
export class Watch {
  /** Addresses outside the allowed origins that were asked for, blocked or not. */
  readonly foreignRequests: string[] = [];
  /** Violations of the content security policy: directive and blocked address. */
  readonly violations: string[] = [];
  /** Errors nothing caught. */
  readonly errors: string[] = [];
  readonly #origins = new Set<string>();

  /** Lets a further origin be asked, such as a second server that a test started. */
  allowOrigin(origin: string): void {
    this.#origins.add(new URL(origin).origin);
  }

  isForeign(address: string): boolean {
    const url = new URL(address);
    // These name bytes that the page itself holds.
    if (url.protocol === 'data:' || url.protocol === 'blob:' || url.protocol === 'about:') return false;
    return !this.#origins.has(url.origin);
  }

  /** Everything that must not have happened, one line each. */
  findings(): string[] {
    return [
      ...this.foreignRequests.map((address) => `request to another origin: ${address}`),
      ...this.violations.map((violation) => `security policy violated: ${violation}`),
      ...this.errors.map((error) => `uncaught: ${error}`),
    ];
  }
}

/** Follows every page, worker and service worker of a context. */
export async function watchContext(context: BrowserContext, watch: Watch): Promise<void> {
  context.on('request', (request) => {
    if (watch.isForeign(request.url())) watch.foreignRequests.push(request.url());
  });
  context.on('weberror', (error) => watch.errors.push(error.error().stack ?? error.error().message));
  context.on('page', (page) => page.on('crash', () => watch.errors.push('the page crashed')));
  context.on('console', (message) => {
    // Violations inside workers reach us only here.
    const text = message.text();
    if (message.type() === 'error' && text.includes('Content Security Policy')) watch.violations.push(text);
  });
  await context.exposeBinding('reportViolation', (_source, violation: string) =>
    watch.violations.push(violation),
  );
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { reportViolation } = globalThis as unknown as { reportViolation: (text: string) => void };
      reportViolation(`${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
}

interface Fixtures {
  /** The guard of this test's context; always on. */
  readonly watch: Watch;
  /** The page, opened at its start address. */
  readonly app: Page;
}

interface WorkerFixtures {
  /** A folder of samples on disk, made once for all tests of a process. */
  readonly cohort: CohortFolder;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  watch: [
    async ({ context, baseURL }, provide) => {
      const watch = new Watch();
      if (baseURL !== undefined) watch.allowOrigin(baseURL);
      await watchContext(context, watch);
      await provide(watch);
      const findings = watch.findings();
      if (findings.length > 0) throw new Error(`The page did what it must not:\n${findings.join('\n')}`);
    },
    { auto: true },
  ],
  app: async ({ page, watch: _watch }, provide) => {
    await page.goto('./');
    await provide(page);
  },
  cohort: [
    // Playwright wants a destructuring pattern here, also where nothing is needed.
    async ({ browserName: _browserName }, provide) => {
      const folder = createCohortFolder();
      await provide(folder);
      folder.remove();
    },
    { scope: 'worker' },
  ],
});
