/** Order of the gallery and its overlay. */
import { Select, Slider, Switch } from '@mantine/core';
import { useMemo } from 'react';
import { groupingId, groupingTitle } from '../../../core/cohort/groups.ts';
import { type CohortView, GALLERY_SORTS, type GallerySort } from '../../state/cohort-view.ts';
import { update, useStore } from '../../state/store.ts';
import styles from './Gallery.module.css';

const SORT_LABELS: Readonly<Record<GallerySort, string>> = {
  name: 'Name',
  split: 'Split',
  group: 'Group',
  'cup-disc-ratio': 'Cup-to-disc ratio (area)',
};

function setView(change: Partial<CohortView>): void {
  update('cohort', (cohort) => ({ ...cohort, view: { ...cohort.view, ...change } }));
}

/** The group is chosen whatever the order: it is what the cells say of a subject. */
export function GalleryTools() {
  const view = useStore(({ cohort }) => cohort.view);
  const groupings = useStore(({ cohort }) => cohort.groupings);
  const groupChoices = useMemo(
    () => groupings.map((grouping) => ({ value: groupingId(grouping), label: groupingTitle(grouping) })),
    [groupings],
  );
  return (
    <div className={styles['tools']}>
      <Select
        aria-label="Order"
        leftSection={<span className={styles['prefix']}>Order</span>}
        leftSectionWidth={52}
        data={GALLERY_SORTS.map((value) => ({ value, label: SORT_LABELS[value] }))}
        value={view.sort}
        onChange={(value) => {
          const sort = GALLERY_SORTS.find((candidate) => candidate === value);
          if (sort !== undefined) setView({ sort });
        }}
      />
      <Select
        aria-label="Group of the gallery"
        leftSection={<span className={styles['prefix']}>Group</span>}
        leftSectionWidth={52}
        data={groupChoices}
        value={view.sortGroupingId}
        onChange={(value) => setView({ sortGroupingId: value ?? 'race' })}
      />
      <Switch
        label="Truth contours"
        checked={view.overlay}
        onChange={(event) => setView({ overlay: event.currentTarget.checked })}
      />
      <div className={styles['opacity']}>
        <span className={styles['prefix']} aria-hidden>
          Opacity
        </span>
        <Slider
          className={styles['slider'] ?? ''}
          thumbLabel="Opacity of contours (%)"
          size="sm"
          min={10}
          max={100}
          step={10}
          label={(value) => `${value}%`}
          value={Math.max(10, view.overlayOpacityPercent)}
          disabled={!view.overlay}
          onChange={(value) => setView({ overlayOpacityPercent: value })}
        />
      </div>
    </div>
  );
}
