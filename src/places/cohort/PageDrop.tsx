/** The drop zone over the whole page, on every page, and the sheet that says what a drop will do. */
import { IconFileImport } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { restoreCohort, takeFiles } from '../../services/cohort.ts';
import { filesOfDrop } from '../../services/dropped-files.ts';
import { useStore } from '../../state/store.ts';
import styles from './PageDrop.module.css';

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

/** Follows drags over the window. True while files are held over the page. */
function useFileDrop(): boolean {
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    // Moving from one element to the next enters the new one before it leaves the old one.
    let depth = 0;
    const end = () => {
      depth = 0;
      setIsOver(false);
    };
    const onEnter = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      depth++;
      setIsOver(true);
    };
    const onLeave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setIsOver(false);
    };
    const onOver = (event: DragEvent) => {
      // Without this the browser leaves the page for the file.
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    };
    const onDrop = (event: DragEvent) => {
      event.preventDefault();
      end();
      if (event.dataTransfer && carriesFiles(event)) void takeFiles(filesOfDrop(event.dataTransfer));
    };
    window.addEventListener('dragenter', onEnter);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('dragover', onOver);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragenter', onEnter);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('drop', onDrop);
    };
  }, []);
  return isOver;
}

/** Takes files wherever they are dropped, and brings back the samples of an earlier visit. */
export function PageDrop() {
  const isOver = useFileDrop();
  const takesPredictions = useStore((state) => state.ui.page === 'evaluate');
  useEffect(() => void restoreCohort(), []);
  if (!isOver) return null;
  return (
    <div className={styles['sheet']} data-testid="drop-sheet">
      <div className={styles['words']}>
        <IconFileImport size={40} stroke={1.25} aria-hidden />
        <p className={styles['title']}>Drop to read</p>
        <p>
          {takesPredictions
            ? 'Folders or files: predictions (.png, .npy, .npz) named like a sample of the cohort; samples (.npz), split lists (.txt), models (.onnx, .pth, .safetensors).'
            : 'Folders or files: samples (.npz), split lists (.txt), models (.onnx, .pth, .safetensors). Predictions are taken on Evaluate only: drop them there.'}
        </p>
        <p className={styles['soft']}>They are read here, in this browser, and are sent nowhere.</p>
      </div>
    </div>
  );
}
