/** Facts of the file: where it lay, its arrays, what was tolerated, its hash. */
import type { SampleRecord } from '../../../core/cohort/sample.ts';
import type { SamplePixels } from '../../../workers/api/data.ts';
import { formatBytes, formatCount, formatNumber } from '../../ui/format.ts';
import styles from './Inspector.module.css';
import tableStyles from './Table.module.css';

const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** What a key was read for, if for anything. */
function fieldOfKey(record: SampleRecord, key: string): string {
  const field = Object.entries(record.keys).find(([, used]) => used === key)?.[0];
  if (field !== undefined) return field;
  return key in record.extras ? `extra: ${record.extras[key]}` : 'not used';
}

/** `pixels` bring the list of arrays; the rest is known from the first reading. */
export function InspectorFacts({
  record,
  pixels,
}: {
  readonly record: SampleRecord;
  readonly pixels: SamplePixels | undefined;
}) {
  const { path, sizeBytes, lastModifiedMs, height, width, maskCounts, notes, id } = record;
  return (
    <section aria-labelledby="inspector-file">
      <h4 id="inspector-file">File</h4>
      <dl className={styles['facts']}>
        <dt>Path</dt>
        <dd>{path}</dd>
        <dt>Size</dt>
        <dd>
          {formatBytes(sizeBytes)}
          {lastModifiedMs > 0 && `, changed ${DATE.format(lastModifiedMs)}`}
        </dd>
        <dt>Image</dt>
        <dd>
          {height} × {width} px, {record.imageDtype}, from {formatNumber(record.imageMin, 4)} to{' '}
          {formatNumber(record.imageMax, 4)}, mean {formatNumber(record.imageMean, 4)}
        </dd>
        <dt>Mask</dt>
        <dd>
          {record.maskDtype}; {formatCount(maskCounts.rim)} px rim, {formatCount(maskCounts.cup)} px cup
        </dd>
        <dt>SHA-256</dt>
        <dd>
          <code>{id}</code>
        </dd>
        {notes.length > 0 && (
          <>
            <dt>Notes</dt>
            <dd>{notes.join(' ')}</dd>
          </>
        )}
      </dl>
      {pixels !== undefined && (
        <table className={tableStyles['table']}>
          <caption>Arrays in the file</caption>
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Type</th>
              <th scope="col">Shape</th>
              <th scope="col">Read as</th>
            </tr>
          </thead>
          <tbody>
            {pixels.arrays.map(({ key, dtype, shape }) => (
              <tr key={key}>
                <th scope="row">
                  <code>{key}</code>
                </th>
                <td>{dtype}</td>
                <td>{shape.length === 0 ? 'single value' : shape.join(' × ')}</td>
                <td>{fieldOfKey(record, key)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
