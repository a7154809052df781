/** How the Cohort place looks: tab, order of the gallery, overlay, settings of the demo cohort. Pure. */

export const COHORT_TABS = ['charts', 'gallery', 'files', 'schema'] as const;
export type CohortTab = (typeof COHORT_TABS)[number];

export const GALLERY_SORTS = ['name', 'split', 'group', 'cup-disc-ratio'] as const;
export type GallerySort = (typeof GALLERY_SORTS)[number];

export const DEMO_COUNTS = [200, 600, 1000, 10_000] as const;
/** The smallest choice whose test split has ten subjects of every recorded race: with fewer a group counts in no equity-scaled score. */
export const DEFAULT_DEMO_COUNT = 600;
/** The seed of the demo cohort that everybody sees first. */
export const DEMO_SEED = 1;

export interface CohortView {
  readonly tab: CohortTab;
  readonly sort: GallerySort;
  /** Used by the sort by group. */
  readonly sortGroupingId: string;
  readonly overlay: boolean;
  readonly overlayOpacityPercent: number;
  readonly demoCount: number;
  readonly demoSeed: number;
}

export const initialCohortView: CohortView = {
  tab: 'charts',
  sort: 'name',
  sortGroupingId: 'race',
  overlay: true,
  overlayOpacityPercent: 90,
  demoCount: DEFAULT_DEMO_COUNT,
  demoSeed: DEMO_SEED,
};
