/** The software's version as every export and bug report names it: release and commit, put in by the build. */
declare const EQUISEG_VERSION: string | undefined;

/** `unbuilt` outside a build, such as in tests. */
export const VERSION = typeof EQUISEG_VERSION === 'string' ? EQUISEG_VERSION : 'unbuilt';
