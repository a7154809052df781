/** Content of the inspector drawer for one sample. The drawer's frame, stepping and closing are in app/InspectorDrawer.tsx. */
import type { SampleId } from '../../../core/cohort/sample.ts';

/** Everything known of one sample. */
export function Inspector({ sampleId }: { readonly sampleId: SampleId }) {
  return <p>{sampleId}</p>;
}
