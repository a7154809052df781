/**
 * The checkpoints that a build offers for download, and the policy for each origin they lie on. Beside the published ones
 * a build may have its own: EQUISEG_CHECKPOINTS names a JSON file with a list of the same form, such as a laboratory's.
 */
import { readFileSync } from 'node:fs';
import { PUBLISHED_CHECKPOINTS, type PublishedCheckpoint } from '../models/zoo/published.ts';
import { downloadPolicy } from './headers.ts';

/** The build's own list; empty without one. */
export function ownCheckpoints(): readonly PublishedCheckpoint[] {
  const path = process.env['EQUISEG_CHECKPOINTS'];
  return path === undefined ? [] : (JSON.parse(readFileSync(path, 'utf8')) as PublishedCheckpoint[]);
}

/** The download worker's policy by the origin it may ask: what is not here cannot be asked. */
export function downloadPolicies(): Readonly<Record<string, string>> {
  const files = [...PUBLISHED_CHECKPOINTS, ...ownCheckpoints()].flatMap(({ file }) =>
    file?.byPage === true ? [file] : [],
  );
  const origins = new Set(files.map(({ address }) => new URL(address).origin));
  return Object.fromEntries([...origins].map((origin) => [origin, downloadPolicy(origin)]));
}
