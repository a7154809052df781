/** Which licence a model is said to be under. */
import { expect, it } from 'vitest';
import { type PublishedFile, PUBLISHED_CHECKPOINTS } from '../../../models/zoo/published.ts';
import { licencesOf } from './licences.ts';

/** A file as the worker reports it: its whole hash, of which fewer digits may be published. */
function sourceOf({ fileName, sizeBytes, sha256 }: PublishedFile) {
  return { name: fileName, sizeBytes, sha256: sha256.padEnd(64, '0'), words: '' };
}

const own = { name: 'epoch_19.pth', sizeBytes: 1, sha256: 'f'.repeat(64), words: '' };

it('knows every published file by its content, whatever its name', () => {
  for (const { licence, file } of PUBLISHED_CHECKPOINTS) {
    if (file === null) continue;
    const renamed = { ...sourceOf(file), name: 'renamed.pth' };
    expect(licencesOf([renamed], PUBLISHED_CHECKPOINTS)).toContain(`renamed.pth is under ${licence}.`);
  }
});

it('says of every other file that it is not known', () => {
  const [sam] = PUBLISHED_CHECKPOINTS.flatMap(({ file }) => file ?? []);
  if (sam === undefined) throw new Error('no file is published');
  const words = licencesOf([sourceOf(sam), own], PUBLISHED_CHECKPOINTS);
  expect(words).toContain(`${sam.fileName} is under Apache-2.0. epoch_19.pth is no published file`);
  const changed = { ...sourceOf(sam), sha256: own.sha256 };
  expect(licencesOf([changed], PUBLISHED_CHECKPOINTS)).toContain('is no published file');
});
