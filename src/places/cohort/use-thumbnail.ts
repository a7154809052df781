/** Thumbnails of the page's own store, for components. */
import { useCallback, useSyncExternalStore } from 'react';
import type { SampleId } from '../../../core/cohort/sample.ts';
import type { Thumbnail } from '../../../workers/api/data.ts';
import { createThumbnailStore } from '../../services/cohort-thumbnails.ts';
import { sampleAccess } from '../../services/workers.ts';

/** One for the page: going to another place and back shows the gallery at once. */
export const thumbnails = createThumbnailStore((ids) => sampleAccess.thumbnails(ids));

/** A sample's thumbnail, once it has come; whoever shows it must have wanted it. */
export function useThumbnail(id: SampleId): Thumbnail | undefined {
  const read = useCallback(() => thumbnails.get(id), [id]);
  return useSyncExternalStore(thumbnails.subscribe, read);
}
