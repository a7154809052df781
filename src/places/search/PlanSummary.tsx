/** What the next search will run on, before it runs. */
import type { SearchPlan } from '../../state/search-plan.ts';
import { useStore } from '../../state/store.ts';
import { selectPassing } from '../../state/cohort-selectors.ts';
import { formatCount, formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import styles from './SearchPlace.module.css';

/** Pool, target, held-out half and notes about them. */
export function PlanSummary({ plan }: { readonly plan: SearchPlan }) {
  const settings = useStore((state) => state.search.settings);
  const total = useStore((state) => state.cohort.records.length);
  const filteredGroups = useStore((state) => state.cohort.filter.groups);
  const passing = useStore(selectPassing).length;
  return (
    <>
      <dl className={styles['plan']} aria-label="The next search">
        <div>
          <dt>Pool</dt>
          <dd>
            {formatCounted(plan.pool.length, 'sample')} <span>({plan.poolLabel})</span>
          </dd>
        </div>
        <div>
          <dt>Target</dt>
          <dd>
            {formatCounted(plan.target.length, 'sample')} <span>({plan.targetLabel})</span>
          </dd>
        </div>
        {settings.targetPart === 'search-half' && (
          <div>
            <dt>Held out for evaluation</dt>
            <dd>
              {formatCounted(plan.heldOut.length, 'sample')} <span>(seed {settings.halvesSeed})</span>
            </dd>
          </div>
        )}
        <div>
          <dt>Clusters and selection</dt>
          <dd>
            K = {formatCount(plan.clusterCount)}, N = {formatCount(settings.selectionSize)},{' '}
            {settings.strategy}
          </dd>
        </div>
        <div>
          <dt>Cohort filter</dt>
          <dd>
            {formatCount(passing)} of {formatCounted(total, 'subject')} pass
          </dd>
        </div>
      </dl>
      {plan.removedFromPoolCount > 0 && (
        <Notice tone="note">
          {formatCounted(plan.removedFromPoolCount, 'sample')} of the target group lie in the pool&apos;s
          split as well and are left out of the pool.
        </Notice>
      )}
      {Object.keys(filteredGroups).length > 0 && (
        <Notice tone="warn" title="The cohort's filter chooses by attribute">
          The pool then depends on recorded attributes, and the search is no longer attribute-blind. Clear the
          filter in Cohort to search the whole pool.
        </Notice>
      )}
    </>
  );
}
