/** The recorded attributes of the subject: label, code, and the array the code stands in. */
import { ATTRIBUTES } from '../../../core/cohort/attributes.ts';
import { ageInYears, type Coding } from '../../../core/cohort/coding.ts';
import { groupIndices } from '../../../core/cohort/groups.ts';
import { ATTRIBUTE_KEYS, type AttributeKey, type SampleRecord } from '../../../core/cohort/sample.ts';
import { areaCupDiscRatio, selectCoding, selectSplitAssignment } from '../../state/cohort-selectors.ts';
import { useStore } from '../../state/store.ts';
import { formatNumber } from '../../ui/format.ts';
import { formatRatio } from './words.ts';
import styles from './Table.module.css';

function labelOf(record: SampleRecord, attribute: AttributeKey, coding: Coding): string {
  if (attribute === 'age') {
    const years = ageInYears(record.codes.age, coding.ageUnit);
    return Number.isNaN(years) ? 'unknown' : `${formatNumber(years, 3)} years`;
  }
  const [group] = groupIndices([record], { kind: 'attribute', attribute }, coding);
  return ATTRIBUTES[attribute].labels[group ?? -1] ?? 'unknown';
}

/** A real table; the split and the cup-to-disc ratio stand below the attributes. */
export function InspectorAttributes({
  record,
  index,
}: {
  readonly record: SampleRecord;
  readonly index: number;
}) {
  const coding = useStore(selectCoding);
  const split = useStore((state) => selectSplitAssignment(state).splits[index] ?? 'unassigned');
  return (
    <table className={styles['table']}>
      <caption>Recorded attributes</caption>
      <thead>
        <tr>
          <th scope="col">Attribute</th>
          <th scope="col">Label</th>
          <th scope="col">Code</th>
          <th scope="col">Key</th>
        </tr>
      </thead>
      <tbody>
        {ATTRIBUTE_KEYS.map((attribute) => (
          <tr key={attribute}>
            <th scope="row">{ATTRIBUTES[attribute].title}</th>
            <td>{labelOf(record, attribute, coding)}</td>
            <td>{record.codes[attribute] ?? 'absent'}</td>
            <td>{record.keys[attribute] === undefined ? 'absent' : <code>{record.keys[attribute]}</code>}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">Split</th>
          <td colSpan={3}>{split}</td>
        </tr>
        <tr>
          <th scope="row">Cup-to-disc ratio</th>
          <td colSpan={3}>{formatRatio(areaCupDiscRatio(record))} by area, from the mask</td>
        </tr>
      </tbody>
    </table>
  );
}
