/** The page's one live region. What it says comes from services/announce.ts, which limits the rate. */
import { useStore } from '../state/store.ts';

/** Reads the latest announcement to screen readers, politely. */
export function LiveRegion() {
  const text = useStore((state) => state.ui.announcement.text);
  const serial = useStore((state) => state.ui.announcement.serial);
  return (
    <output aria-live="polite" className="visually-hidden">
      {/* A new node for each serial: a sentence that is said twice is announced twice. */}
      <span key={serial}>{text}</span>
    </output>
  );
}
