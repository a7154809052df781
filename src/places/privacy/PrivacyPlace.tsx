/** The privacy page: the policy in words, every request this page and its workers made, and what is stored here. */
import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { formatCounted } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';
import { LedgerTable } from './LedgerTable.tsx';
import styles from './PrivacyPlace.module.css';
import { StoredDataPanel } from './StoredDataPanel.tsx';
import { useLedger } from './use-ledger.ts';

function PolicyInWords() {
  return (
    <section className={styles['card']} aria-labelledby="policy-title">
      <h2 id="policy-title">The policy</h2>
      <ul>
        <li>
          Images, masks and attributes are read in this browser and are never uploaded: there is no server to
          send them to.
        </li>
        <li>
          The page&apos;s content security policy lets it connect to its own address only, and the browser
          enforces it against every script, ours included.
        </li>
        <li>
          A download of a published checkpoint starts on your click only. It runs in a worker that may ask the
          checkpoint&apos;s host and no other; nothing of yours is sent, and it is listed below.
        </li>
        <li>There is no telemetry, no account, no advertising and no font or script from elsewhere.</li>
        <li>What is kept between visits stays in this browser&apos;s storage and can be deleted below.</li>
      </ul>
    </section>
  );
}

/** Shown at #/privacy. */
export function PrivacyPlace() {
  const { view, refresh } = useLedger();
  const ledger = view.status === 'done' ? view.ledger : null;
  const foreignCount = ledger?.entries.filter((entry) => entry.foreign).length ?? 0;
  return (
    <PlaceLayout
      title="Privacy ledger"
      next="The requests of the page and its workers since it was loaded. Compare it with your browser's own network panel."
    >
      <div className={styles['page']}>
        <PolicyInWords />
        <section className={styles['card']} aria-labelledby="requests-title">
          <div className={styles['cardHead']}>
            <h2 id="requests-title">Requests</h2>
            <Button
              variant="default"
              size="compact-xs"
              leftSection={<IconRefresh size={14} aria-hidden />}
              onClick={refresh}
            >
              Refresh
            </Button>
          </div>
          {view.status === 'failed' && <ErrorNotice error={view.error} onRetry={refresh} />}
          {ledger !== null && (
            <>
              <p>
                {formatCounted(ledger.entries.length, 'request')}, {foreignCount} to another origin,{' '}
                {ledger.blocked.length} stopped by the policy. Not listed are the fetches of the service
                worker: it asks this page&apos;s own address for the page&apos;s own files, and no other.
              </p>
              {ledger.silent.length > 0 && (
                <Notice tone="warn">
                  No answer from {ledger.silent.join(', ')}, perhaps because of long work: the list is not
                  complete. Refresh when the job has ended.
                </Notice>
              )}
              {ledger.replaced.length > 0 && (
                <Notice tone="warn">
                  Started anew, after a crash or because WebGPU could not be used:{' '}
                  {ledger.replaced.join(', ')}. What the predecessor asked for is listed as far as this page
                  had read it; the rest is missing.
                </Notice>
              )}
              {ledger.blocked.map(({ url, directive, atMs }) => (
                <Notice key={`${atMs} ${url}`} tone="warn" title={`Stopped by the policy (${directive})`}>
                  {url}
                </Notice>
              ))}
              <LedgerTable entries={ledger.entries} />
            </>
          )}
        </section>
        <StoredDataPanel />
      </div>
    </PlaceLayout>
  );
}
