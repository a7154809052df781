/** The software version that every result is recorded with. */

declare const EQUISEG_VERSION: string | undefined;

/** Package version and, where the build came from a repository, its commit: "0.1.0+1a2b3c4d". "development" outside a build. */
export const softwareVersion: string =
  typeof EQUISEG_VERSION === 'undefined' ? 'development' : EQUISEG_VERSION;
