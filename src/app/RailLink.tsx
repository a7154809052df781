/** One link of the rail, with the state dot of its place. */
import { Tooltip } from '@mantine/core';
import { hrefOf } from '../services/navigation.ts';
import { useStore } from '../state/store.ts';
import type { PageName, PlaceName } from '../state/ui.ts';
import { type DotState, DOT_WORDS, dotOf } from './place-dots.ts';
import { PAGE_ENTRIES } from './places.ts';
import styles from './Rail.module.css';

/** The states differ in shape as well as in colour. */
function StateDot({ dot }: { readonly dot: DotState }) {
  return (
    <svg
      width="12"
      height="12"
      viewBox="0 0 12 12"
      aria-hidden
      focusable="false"
      data-dot={dot}
      className={styles['dot']}
    >
      {dot === 'empty' && (
        <circle cx="6" cy="6" r="2.75" fill="none" stroke="currentColor" strokeWidth="1.25" />
      )}
      {dot === 'ready' && <circle cx="6" cy="6" r="3.25" fill="currentColor" />}
      {dot === 'running' && (
        <path
          d="M6 1.75a4.25 4.25 0 1 1-4.25 4.25"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinecap="round"
        />
      )}
      {dot === 'attention' && <path d="M6 1l5.25 9.5H.75z" fill="currentColor" />}
    </svg>
  );
}

export interface RailLinkProps {
  readonly page: PageName;
  /** Given for the six places, which have a dot. */
  readonly place?: PlaceName;
  readonly collapsed: boolean;
}

/** Icon, name and dot. The name stays for screen readers when the rail is collapsed. */
export function RailLink({ page, place, collapsed }: RailLinkProps) {
  const current = useStore((state) => state.ui.page === page);
  const dot = useStore((state) => (place === undefined ? undefined : dotOf(state, place)));
  const { title, icon: Icon } = PAGE_ENTRIES[page];
  const words = dot === undefined ? title : `${title}: ${DOT_WORDS[dot]}`;
  return (
    <Tooltip label={words} position="right" disabled={!collapsed && dot === undefined}>
      <a href={hrefOf(page)} className={styles['link']} aria-current={current ? 'page' : undefined}>
        <Icon size={20} stroke={1.6} aria-hidden />
        <span className={styles['linkName']}>{title}</span>
        {dot !== undefined && (
          <>
            <StateDot dot={dot} />
            <span className="visually-hidden">, {DOT_WORDS[dot]}</span>
          </>
        )}
      </a>
    </Tooltip>
  );
}
