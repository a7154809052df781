/** The right side of the place: notices, the filter that every place obeys, and four views of the cohort. */
import { Tabs } from '@mantine/core';
import { COHORT_TABS, type CohortTab } from '../../state/cohort-view.ts';
import { update, useStore } from '../../state/store.ts';
import { formatCount } from '../../ui/format.ts';
import { Staged } from '../../ui/Staged.tsx';
import { ChartsTab } from './ChartsTab.tsx';
import { CohortNotices } from './CohortNotices.tsx';
import styles from './CohortPlace.module.css';
import { FilesTab } from './FilesTab.tsx';
import { FilterBar } from './FilterBar.tsx';
import { Gallery } from './Gallery.tsx';
import { SchemaTab } from './SchemaTab.tsx';

function showTab(value: string | null): void {
  const tab = COHORT_TABS.find((candidate) => candidate === value);
  if (tab !== undefined) update('cohort', (cohort) => ({ ...cohort, view: { ...cohort.view, tab } }));
}

/** With refused files and no sample, only the list of files says anything. */
function useTab(): CohortTab {
  const tab = useStore(({ cohort }) => cohort.view.tab);
  const isEmpty = useStore(({ cohort }) => cohort.records.length === 0);
  return isEmpty ? 'files' : tab;
}

/** Fills the height; each view scrolls by itself. */
export function CohortResults() {
  const tab = useTab();
  const isEmpty = useStore(({ cohort }) => cohort.records.length === 0);
  const rejectedCount = useStore(({ cohort }) => cohort.rejected.length);
  return (
    <div className={styles['results']}>
      <Staged>
        <CohortNotices />
        {!isEmpty && <FilterBar />}
        <Tabs value={tab} onChange={showTab} keepMounted={false} className={styles['tabs'] ?? ''}>
          <Tabs.List aria-label="Views of the cohort">
            <Tabs.Tab value="charts" disabled={isEmpty}>
              Who is in it
            </Tabs.Tab>
            <Tabs.Tab value="gallery" disabled={isEmpty}>
              Images
            </Tabs.Tab>
            <Tabs.Tab value="files">
              Rejected files
              <span className={styles['tabCount']} data-some={rejectedCount > 0 || undefined}>
                {formatCount(rejectedCount)}
              </span>
            </Tabs.Tab>
            <Tabs.Tab value="schema" disabled={isEmpty}>
              What was read
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="charts" className={styles['panel'] ?? ''} tabIndex={0}>
            <ChartsTab />
          </Tabs.Panel>
          <Tabs.Panel value="gallery" className={styles['panel'] ?? ''}>
            <Gallery />
          </Tabs.Panel>
          <Tabs.Panel value="files" className={styles['panel'] ?? ''}>
            <FilesTab />
          </Tabs.Panel>
          <Tabs.Panel value="schema" className={styles['panel'] ?? ''} tabIndex={0}>
            <SchemaTab />
          </Tabs.Panel>
        </Tabs>
      </Staged>
    </div>
  );
}
