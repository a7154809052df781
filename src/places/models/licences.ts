/** The licences of a model made of files: those of the published files among them, known by their SHA-256. */
import type { PublishedCheckpoint } from '../../../models/zoo/published.ts';
import type { SourceFile } from '../../../workers/api/compute.ts';

function licenceOfFile(
  { sha256, sizeBytes }: SourceFile,
  published: readonly PublishedCheckpoint[],
): string | undefined {
  // Of some only the first digits are published: the size must agree too.
  return published.find(({ file }) => file?.sizeBytes === sizeBytes && sha256.startsWith(file.sha256))
    ?.licence;
}

/** One sentence for each file that a model was made of, with its licence where it is a published file. */
export function licencesOf(
  sources: readonly SourceFile[],
  published: readonly PublishedCheckpoint[],
): string {
  const sentences = sources.map((source) => {
    const licence = licenceOfFile(source, published);
    return licence === undefined
      ? `${source.name} is no published file that this page knows, and does not state its own.`
      : `${source.name} is under ${licence}.`;
  });
  return ['That of the files it was made of.', ...sentences].join(' ');
}
