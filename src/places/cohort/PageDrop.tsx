/** The drop zone over the whole page. */
import { useEffect } from 'react';

function keepPage(event: DragEvent): void {
  event.preventDefault();
}

/** Keeps the browser from leaving the page for a file that was dropped on it. */
export function PageDrop() {
  useEffect(() => {
    window.addEventListener('dragover', keepPage);
    window.addEventListener('drop', keepPage);
    return () => {
      window.removeEventListener('dragover', keepPage);
      window.removeEventListener('drop', keepPage);
    };
  }, []);
  return null;
}
