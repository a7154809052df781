/** What can be loaded beside ONNX files: what each is for, whose it is, how to get it, and a download where it is public. */
import { Button } from '@mantine/core';
import { useEffect } from 'react';
import type { PublishedCheckpoint, PublishedFile } from '../../../models/zoo/published.ts';
import {
  addDownloaded,
  downloadCheckpoint,
  offeredCheckpoints,
  refreshDownloads,
  removeDownload,
} from '../../services/models-downloads.ts';
import { useStore } from '../../state/store.ts';
import { formatBytes } from '../../ui/format.ts';
import { DeleteButton } from '../../ui/DeleteButton.tsx';
import styles from './ModelsPlace.module.css';

function DownloadActions({ file }: { readonly file: PublishedFile }) {
  const { fileName, sizeBytes } = file;
  const found = useStore(({ models }) => models.downloads.find((one) => one.fileName === fileName));
  const isRunning = useStore(({ jobs }) => jobs.running.some(({ kind }) => kind === `download-${fileName}`));
  if (isRunning) return <p className={styles['soft']}>Being downloaded; the job tray shows how far it is.</p>;
  if (found?.complete === true) {
    return (
      <div className={styles['actions']}>
        <Button variant="default" size="compact-xs" onClick={() => void addDownloaded(fileName)}>
          Use the download
        </Button>
        <DeleteButton
          label={`Delete the download (${formatBytes(found.sizeBytes)})`}
          question="Delete the download? Models made of it stay."
          onDelete={() => void removeDownload(fileName)}
        />
      </div>
    );
  }
  return (
    <div className={styles['actions']}>
      <Button variant="default" size="compact-xs" onClick={() => void downloadCheckpoint(file)}>
        {found === undefined
          ? `Download ${formatBytes(sizeBytes)}`
          : `Go on with the download (${formatBytes(found.sizeBytes)} of ${formatBytes(sizeBytes)})`}
      </Button>
      {found !== undefined && (
        <DeleteButton
          label="Delete what arrived"
          question="Delete what has arrived?"
          onDelete={() => void removeDownload(fileName)}
        />
      )}
    </div>
  );
}

function FileFacts({ file }: { readonly file: PublishedFile }) {
  const { address, sizeBytes, sha256 } = file;
  return (
    <>
      <dt>Address</dt>
      <dd>
        <a href={address} target="_blank" rel="noreferrer noopener">
          {address}
        </a>
      </dd>
      <dt>Size, SHA-256</dt>
      <dd>
        {formatBytes(sizeBytes)}, <span className={styles['hash']}>{sha256}</span>
        {sha256.length < 64 && ' (only its first digits are published)'}
      </dd>
    </>
  );
}

function Entry({ checkpoint }: { readonly checkpoint: PublishedCheckpoint }) {
  const { title, purpose, licence, source, howToObtain, file } = checkpoint;
  return (
    <details className={styles['entry']}>
      <summary>
        <strong>{title}</strong> {purpose}
      </summary>
      <dl className={styles['facts']}>
        <dt>Licence</dt>
        <dd>{licence}</dd>
        <dt>Source</dt>
        <dd>{source}</dd>
        <dt>How to get it</dt>
        <dd>{howToObtain}</dd>
        {file !== null && <FileFacts file={file} />}
      </dl>
      {file?.byPage === true && (
        <>
          <DownloadActions file={file} />
          <p className={styles['soft']}>
            The button asks {new URL(file.address).host} and nobody else; no data of yours are sent. The file
            is checked and kept in this browser&apos;s private files.
          </p>
        </>
      )}
    </details>
  );
}

/** The card with all of them. */
export function PublishedCheckpoints() {
  useEffect(() => void refreshDownloads(), []);
  return (
    <section className={styles['card']} aria-labelledby="published-title">
      <h2 id="published-title" className={styles['title']}>
        Checkpoints that can be loaded
      </h2>
      <p className={styles['soft']}>
        Drop the original files as they are, or .onnx files of any segmenter or feature extractor.
      </p>
      {offeredCheckpoints.map((checkpoint) => (
        <Entry key={checkpoint.name} checkpoint={checkpoint} />
      ))}
    </section>
  );
}
