/** The images that pass the filter, in a virtual grid, with its tools. */
import { useStore } from '../../state/store.ts';
import { selectSorted } from '../../state/cohort-selectors.ts';
import { GalleryGrid } from './GalleryGrid.tsx';
import styles from './Gallery.module.css';
import { GalleryTools } from './GalleryTools.tsx';

/** Tools above, grid below; says what to do when nothing passes. */
export function Gallery() {
  const isEmpty = useStore((state) => selectSorted(state).length === 0);
  return (
    <div className={styles['gallery']}>
      <GalleryTools />
      {isEmpty ? (
        <p className={styles['none']}>No subject passes the filter. Clear or widen it.</p>
      ) : (
        <GalleryGrid />
      )}
    </div>
  );
}
