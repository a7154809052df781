/** Which array of the files was read for what, in how many files, and what else was in what was dropped. */
import type { FieldName } from '../../../core/cohort/sample.ts';
import { ATTRIBUTES } from '../../../core/cohort/attributes.ts';
import { selectSchema } from '../../state/cohort-selectors.ts';
import { useStore } from '../../state/store.ts';
import { formatCount, formatCounted, formatPercent } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import styles from './CohortPlace.module.css';
import { NameList } from './NameList.tsx';
import tableStyles from './Table.module.css';

function fieldTitle(field: FieldName): string {
  if (field === 'image') return 'Image';
  return field === 'mask' ? 'Disc and cup mask' : ATTRIBUTES[field].title;
}

/** The schema table; absent fields are rows too. */
export function SchemaTab() {
  const rows = useStore(selectSchema);
  const recordCount = useStore(({ cohort }) => cohort.records.length);
  const passedOver = useStore(({ cohort }) => cohort.passedOver);
  return (
    <div className={styles['schema']}>
      <table className={tableStyles['table']}>
        <caption>
          Key read for each field, over all {formatCounted(recordCount, 'file')} of the cohort.
        </caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Key in the file</th>
            <th scope="col" data-align="end">
              Files
            </th>
            <th scope="col" data-align="end">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ field, key, fileCount }) => (
            <tr key={`${field} ${key}`}>
              <th scope="row">{fieldTitle(field)}</th>
              <td>{key === null ? <em>absent: read as unknown</em> : <code>{key}</code>}</td>
              <td data-align="end">{formatCount(fileCount)}</td>
              <td data-align="end">{formatPercent(fileCount / recordCount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {passedOver.length > 0 && (
        <Notice tone="note" title="Files that are neither a sample nor a list">
          <NameList summary={`${formatCounted(passedOver.length, 'file')} passed over`} names={passedOver} />
        </Notice>
      )}
    </div>
  );
}
