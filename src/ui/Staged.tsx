/** Mounts a list part by part, so that many views appearing at once never hold the page's thread. */
import { Children, type ReactNode, startTransition, useEffect, useState } from 'react';

export interface StagedProps {
  /** In the order in which they appear; each is mounted in a task of its own. */
  readonly children: ReactNode;
  /** Stands for a part that is still to come and takes its room; without it parts are added at the end. */
  readonly placeholder?: ReactNode;
}

/** Parts that have appeared stay, and are drawn again together. */
export function Staged({ children, placeholder }: StagedProps) {
  const parts = Children.toArray(children);
  const [shownCount, setShownCount] = useState(0);
  const hasMore = shownCount < parts.length;
  useEffect(() => {
    if (!hasMore) return undefined;
    // A new task: what was mounted before is laid out and painted first.
    const timer = setTimeout(() => startTransition(() => setShownCount(shownCount + 1)), 0);
    return () => clearTimeout(timer);
  }, [shownCount, hasMore]);
  return (
    <>
      {parts.slice(0, shownCount)}
      {placeholder !== undefined &&
        parts.slice(shownCount).map((_, index) => {
          // The parts to come have no identity yet.
          // oxlint-disable-next-line react/no-array-index-key
          return <div key={`to come ${index}`}>{placeholder}</div>;
        })}
    </>
  );
}
