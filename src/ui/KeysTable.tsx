/** Every key of the page, for the dialog and the help page. */
import { Kbd } from '@mantine/core';
import styles from './KeysTable.module.css';

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['g', 'c'], 'Go to Cohort'],
  [['g', 'm'], 'Go to Models'],
  [['g', 's'], 'Go to Search'],
  [['g', 't'], 'Go to Train'],
  [['g', 'e'], 'Go to Evaluate'],
  [['g', 'x'], 'Go to Experiments'],
  [['/'], 'Focus the filter of the place'],
  [['←', '→'], 'Step through samples in the inspector'],
  [['Esc'], 'Close what is open'],
  [['?'], 'Show or hide this list'],
];

/** Keys and what they do. They are ignored while a person types in a field. */
export function KeysTable() {
  return (
    <table className={styles['keys']}>
      <caption className="visually-hidden">Keys</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Keys</th>
          <th scope="col">Action</th>
        </tr>
      </thead>
      <tbody>
        {KEYS.map(([keys, does]) => (
          <tr key={does}>
            <th scope="row">
              {keys.map((key) => (
                <Kbd key={key} size="xs">
                  {key}
                </Kbd>
              ))}
            </th>
            <td>{does}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
