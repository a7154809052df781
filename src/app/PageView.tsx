/** Shows the page the address names, loads its code when it is first asked for, and moves the focus to its title. */
import { Suspense, useEffect, useState } from 'react';
import { focusPlaceTitle } from '../services/navigation.ts';
import { useStore } from '../state/store.ts';
import type { PageName } from '../state/ui.ts';
import styles from './App.module.css';
import { PageBoundary } from './PageBoundary.tsx';
import { PAGE_ENTRIES } from './places.ts';

interface ArrivalProps {
  readonly page: PageName;
  readonly onArrived: () => void;
  readonly movesFocus: boolean;
}

/** Stands beside a page inside its suspense boundary, so that its effect runs when the page's code has arrived. */
function Arrival({ page, movesFocus, onArrived }: ArrivalProps) {
  // Once per arrival: the flag changes right after the first page has come, and that must not move the focus.
  const [focusOnArrival] = useState(movesFocus);
  useEffect(() => {
    document.title = `${PAGE_ENTRIES[page].title} · EquiSeg`;
    if (focusOnArrival) focusPlaceTitle();
    onArrived();
  }, [page, focusOnArrival, onArrived]);
  return null;
}

/** The current page. The first one shown leaves the focus where the browser put it. */
export function PageView() {
  const page = useStore((state) => state.ui.page);
  const [anyArrived, setAnyArrived] = useState(false);
  const [onArrived] = useState(() => () => setAnyArrived(true));
  const Page = PAGE_ENTRIES[page].component;
  return (
    <PageBoundary key={page}>
      <Suspense fallback={<div className={styles['loading']} aria-busy="true" />}>
        <Page />
        <Arrival page={page} movesFocus={anyArrived} onArrived={onArrived} />
      </Suspense>
    </PageBoundary>
  );
}
