/** The six places and the two pages about the workbench: their names, icons, status and (lazily loaded) components. */
import {
  IconActivity,
  IconChartBar,
  IconCube,
  IconHelpCircle,
  IconShieldLock,
  IconTable,
  IconTargetArrow,
  IconUsersGroup,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { cohortStatus } from '../places/cohort/status.ts';
import { evaluateStatus } from '../places/evaluate/status.ts';
import { modelsStatus } from '../places/models/status.ts';
import { searchStatus } from '../places/search/status.ts';
import { trainStatus } from '../places/train/status.ts';
import type { WorkbenchState } from '../state/store.ts';
import type { PageName, PlaceName, PlaceStatus } from '../state/ui.ts';
import { lazyPart } from '../ui/lazy-part.tsx';

export interface PageEntry {
  readonly title: string;
  readonly icon: typeof IconCube;
  readonly component: ComponentType;
}

export const PAGE_ENTRIES: Readonly<Record<PageName, PageEntry>> = {
  cohort: {
    title: 'Cohort',
    icon: IconUsersGroup,
    component: lazyPart(async () => (await import('../places/cohort/CohortPlace.tsx')).CohortPlace),
  },
  models: {
    title: 'Models',
    icon: IconCube,
    component: lazyPart(async () => (await import('../places/models/ModelsPlace.tsx')).ModelsPlace),
  },
  search: {
    title: 'Search',
    icon: IconTargetArrow,
    component: lazyPart(async () => (await import('../places/search/SearchPlace.tsx')).SearchPlace),
  },
  train: {
    title: 'Train',
    icon: IconActivity,
    component: lazyPart(async () => (await import('../places/train/TrainPlace.tsx')).TrainPlace),
  },
  evaluate: {
    title: 'Evaluate',
    icon: IconChartBar,
    component: lazyPart(async () => (await import('../places/evaluate/EvaluatePlace.tsx')).EvaluatePlace),
  },
  experiments: {
    title: 'Experiments',
    icon: IconTable,
    component: lazyPart(
      async () => (await import('../places/experiments/ExperimentsPlace.tsx')).ExperimentsPlace,
    ),
  },
  privacy: {
    title: 'Privacy ledger',
    icon: IconShieldLock,
    component: lazyPart(async () => (await import('../places/privacy/PrivacyPlace.tsx')).PrivacyPlace),
  },
  help: {
    title: 'Help',
    icon: IconHelpCircle,
    component: lazyPart(async () => (await import('../places/help/HelpPlace.tsx')).HelpPlace),
  },
};

/** What each place's dot says, apart from running jobs. A place computes its own from the state. */
export const PLACE_STATUS: Readonly<Record<PlaceName, (state: WorkbenchState) => PlaceStatus>> = {
  cohort: cohortStatus,
  models: modelsStatus,
  search: searchStatus,
  train: trainStatus,
  evaluate: evaluateStatus,
  experiments: () => 'empty',
};
