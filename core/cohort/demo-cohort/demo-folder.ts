/** The folder that demo samples stand in: it tells them from real ones wherever only their path is known. */

const DEMO_FOLDER = /^demo-cohort-\d+-seed-\d+\//;

/** The folder of the demo cohort of `count` subjects drawn from `seed`, without the slash at its end. */
export function demoFolder({ count, seed }: { readonly count: number; readonly seed: number }): string {
  return `demo-cohort-${count}-seed-${seed}`;
}

/** Whether a sample of this path is of a demo cohort, whichever. */
export function isDemoPath(path: string): boolean {
  return DEMO_FOLDER.test(path);
}
