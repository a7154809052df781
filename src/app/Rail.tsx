/** The rail at the left: the six places in working order, then the device, privacy, help and the colour scheme. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { update, useStore } from '../state/store.ts';
import { PLACES } from '../state/ui.ts';
import { DeviceBadge } from './DeviceBadge.tsx';
import { NewVersion } from './NewVersion.tsx';
import styles from './Rail.module.css';
import { RailLink } from './RailLink.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';

/** Below this width the names would take room from the results; as in theme.css. */
const NARROW = '(max-width: 1100px)';

/** Disc and cup: two circles, the cup a little below the centre as in a fundus image. */
function BrandMark() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden focusable="false">
      <circle cx="12" cy="12" r="9.5" fill="none" stroke="currentColor" strokeWidth="2" />
      <circle cx="12.5" cy="12.75" r="4.25" fill="currentColor" />
    </svg>
  );
}

/** Navigation of the page. Collapsed, it shows icons with the same names for screen readers. */
export function Rail() {
  const chosen = useStore((state) => state.ui.railCollapsed);
  const isNarrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const collapsed = chosen ?? isNarrow;
  const Toggle = collapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  return (
    <nav aria-label="Workbench" className={styles['rail']} data-collapsed={collapsed || undefined}>
      <div className={styles['brand']}>
        <span className={styles['mark']}>
          <BrandMark />
        </span>
        <span className={styles['name']}>EquiSeg</span>
        <Tooltip label={collapsed ? 'Expand the rail' : 'Collapse the rail'} position="right">
          <ActionIcon
            onClick={() => update('ui', (ui) => ({ ...ui, railCollapsed: !collapsed }))}
            aria-expanded={!collapsed}
            aria-label="Names in the rail"
          >
            <Toggle size={18} stroke={1.75} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      <div className={styles['places']}>
        <ul aria-label="Places">
          {PLACES.map((place) => (
            <li key={place}>
              <RailLink page={place} place={place} collapsed={collapsed} />
            </li>
          ))}
        </ul>
      </div>
      <div className={styles['about']}>
        <NewVersion collapsed={collapsed} />
        <DeviceBadge collapsed={collapsed} />
        <ul aria-label="About">
          <li>
            <RailLink page="privacy" collapsed={collapsed} />
          </li>
          <li>
            <RailLink page="help" collapsed={collapsed} />
          </li>
        </ul>
        <ThemeSwitch collapsed={collapsed} />
      </div>
    </nav>
  );
}
