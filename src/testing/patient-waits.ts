/** Lets tests of the page wait as long as a loaded machine needs: what is waited for comes, or the test's own limit ends it. */
export const PATIENT_MS = 300_000;

// Many of these tests have no document, and loading the library takes longer than they do.
if (typeof document !== 'undefined') {
  const { configure } = await import('@testing-library/react');
  configure({ asyncUtilTimeout: PATIENT_MS });
}
