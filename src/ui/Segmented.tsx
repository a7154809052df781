/**
 * A choice between two to four short words or icons: radio buttons that look like one control. Our own, because the
 * library's measures its layout at every mount, and a page of figures mounts two for each.
 */
import { type ReactNode, useId } from 'react';
import styles from './Segmented.module.css';

export interface SegmentedProps<Choice extends string> {
  /** What is chosen; read out, not shown. */
  readonly label: string;
  readonly choices: readonly { readonly value: Choice; readonly label: ReactNode }[];
  readonly value: Choice;
  readonly onChange: (value: Choice) => void;
  readonly disabled?: boolean;
  readonly orientation?: 'horizontal' | 'vertical';
  /** Takes the whole width. */
  readonly isWide?: boolean;
}

/** A radio group; the arrow keys move through it as in every radio group. */
export function Segmented<Choice extends string>(props: SegmentedProps<Choice>) {
  const { label, choices, value, onChange, disabled = false, orientation = 'horizontal', isWide } = props;
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={styles['group']}
      data-vertical={orientation === 'vertical' || undefined}
      data-wide={isWide === true || undefined}
    >
      {choices.map((choice) => (
        <label key={choice.value} className={styles['choice']}>
          <input
            type="radio"
            className="visually-hidden"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            disabled={disabled}
            onChange={() => onChange(choice.value)}
          />
          {choice.label}
        </label>
      ))}
    </div>
  );
}
