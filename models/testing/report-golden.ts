/** The report of golden tests that run in the browser: the test server writes it, as core/goldens.ts does for tests in Node. */
import { commands } from 'vitest/browser';

declare module 'vitest/browser' {
  interface BrowserCommands {
    readonly reportGolden: (folder: string, cases: number, worstError: number) => Promise<void>;
  }
}

/** As `reportGolden` of core/goldens.ts. */
export function reportGoldenInBrowser(folder: string, cases: number, worstError: number): Promise<void> {
  return commands.reportGolden(folder, cases, worstError);
}
