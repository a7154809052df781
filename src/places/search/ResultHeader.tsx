/** Name, settings, exports and deletion of the result that is shown. */
import { Button, Menu, TextInput } from '@mantine/core';
import { IconDownload, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { type SerializedError, serializeError } from '../../../core/errors.ts';
import { deleteSearch, renameSearch } from '../../services/search.ts';
import { exportSearch, type SearchExport } from '../../services/search-export.ts';
import type { KeptSearch } from '../../state/search.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { formatCount } from '../../ui/format.ts';
import styles from './SearchPlace.module.css';

const EXPORTS: readonly { readonly what: SearchExport; readonly label: string }[] = [
  { what: 'list', label: 'Split list (.txt): names only, for training' },
  { what: 'csv', label: 'Table with clusters and scores (.csv)' },
  { what: 'json', label: 'Everything with provenance (.json)' },
  { what: 'features', label: 'Feature vectors of pool and target (.npz)' },
];

function NameField({ kept }: { readonly kept: KeptSearch }) {
  const [draft, setDraft] = useState(kept.name);
  return (
    <TextInput
      className={styles['name'] ?? ''}
      label="Name of the selection"
      value={draft}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={() => renameSearch(kept.id, draft)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') renameSearch(kept.id, draft);
      }}
    />
  );
}

/** The head of the results. */
export function ResultHeader({ kept }: { readonly kept: KeptSearch }) {
  const [failure, setFailure] = useState<SerializedError>();
  const { settings, origin, features, targetLabel, poolLabel } = kept;
  const save = (what: SearchExport): void => {
    setFailure(undefined);
    exportSearch(kept, what).catch((error: unknown) => setFailure(serializeError(error)));
  };
  return (
    <>
      <div className={styles['resultHead']}>
        <NameField key={kept.id} kept={kept} />
        <div className={styles['actions']}>
          <Menu position="bottom-end" withinPortal transitionProps={{ duration: 0 }}>
            <Menu.Target>
              <Button variant="default" size="xs" leftSection={<IconDownload size={14} aria-hidden />}>
                Export selection
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {EXPORTS.map(({ what, label }) => (
                <Menu.Item key={what} onClick={() => save(what)}>
                  {label}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={() => deleteSearch(kept.id)}
          >
            Delete
          </Button>
        </div>
      </div>
      <p className={styles['soft']}>
        {formatCount(kept.result.selected.length)} of {formatCount(kept.pool.length)} samples ({poolLabel})
        for {formatCount(kept.target.length)} target samples ({targetLabel}); K = {settings.clusterCount},{' '}
        {settings.clustering}, {settings.strategy}, seed {settings.seed}. {origin.modelName},{' '}
        {kept.result.featureCount} features: {formatCount(features.computed)} computed,{' '}
        {formatCount(features.fromCache)} from the cache. Next: train on it in Train, or export the list.
      </p>
      {failure !== undefined && <ErrorNotice error={failure} />}
    </>
  );
}
