/** Content of the inspector drawer for one sample. The drawer's frame, stepping and closing are in app/InspectorDrawer.tsx. */
import type { SampleId } from '../../../core/cohort/sample.ts';
import { selectIndexById } from '../../state/cohort-selectors.ts';
import { useStore } from '../../state/store.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Notice } from '../../ui/Notice.tsx';
import styles from './Inspector.module.css';
import { InspectorAttributes } from './InspectorAttributes.tsx';
import { InspectorFacts } from './InspectorFacts.tsx';
import { InspectorMemberships } from './InspectorMemberships.tsx';
import { SampleView } from './SampleView.tsx';
import { useMemberships } from './use-memberships.ts';
import { useSample } from './use-sample.ts';

/** Everything known of one sample; what needs its file says so when the file is not at hand. */
export function Inspector({ sampleId }: { readonly sampleId: SampleId }) {
  const index = useStore((state) => selectIndexById(state).get(sampleId));
  const record = useStore(({ cohort }) => cohort.records[index ?? -1]);
  const memberships = useMemberships(sampleId);
  const { pixels, error } = useSample(sampleId);
  if (record === undefined || index === undefined) {
    return <Notice tone="note">This sample is no longer in the cohort.</Notice>;
  }
  return (
    <div className={styles['inspector']}>
      <h3 className={styles['name']}>{record.name}</h3>
      {error === undefined ? (
        <SampleView record={record} pixels={pixels} memberships={memberships} />
      ) : (
        <ErrorNotice error={error} />
      )}
      <InspectorAttributes record={record} index={index} />
      <InspectorMemberships memberships={memberships} />
      <InspectorFacts record={record} pixels={pixels} />
    </div>
  );
}
