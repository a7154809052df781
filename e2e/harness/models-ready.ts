/** What the Models place says when everything is loaded. */
import { OFFERED_MODELS } from '../../models/zoo/registry.ts';

/** Its sentence for the models that come with the page and `addedCount` more. */
export function modelsReady(addedCount = 0): string {
  return `${OFFERED_MODELS.length + addedCount} models ready`;
}
