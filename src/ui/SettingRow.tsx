/** One setting: label, unit, reason, a mark when it differs from its default, and the way back. Inputs are in settings.tsx. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconInfoCircle } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import styles from './SettingRow.module.css';

export interface SettingFacts {
  readonly label: string;
  /** Unit of the value, such as "px" or "samples". */
  readonly unit?: string;
  /** Why the default is what it is and what the setting does, in one line. */
  readonly reason: string;
  /** Why the present value cannot be used. */
  readonly problem?: string | undefined;
}

/** What ties a Mantine input to its row: the label's id, the reason as its description, the problem as its error. */
export interface SettingInput {
  readonly id: string;
  readonly description: string;
  readonly descriptionProps: { readonly className: string };
  readonly error: string | false;
}

export interface SettingRowProps extends SettingFacts {
  readonly changed: boolean;
  /** The default, as it is read: "100". */
  readonly defaultText: string;
  readonly onReset: () => void;
  /** Renders the input, a Mantine one, with these properties spread on it. */
  readonly children: (input: SettingInput) => ReactNode;
  /** Puts the input beside the label instead of below it: switches. */
  readonly inline?: boolean;
}

/** Label, unit, reason and reset around one input. */
export function SettingRow(props: SettingRowProps) {
  const { label, unit, reason, problem, changed, defaultText, onReset, children, inline = false } = props;
  const id = useId();
  const input = children({
    id,
    description: reason,
    // Read out with the input; seen in the tooltip.
    descriptionProps: { className: 'visually-hidden' },
    error: problem ?? false,
  });
  return (
    <div className={styles['row']} data-changed={changed || undefined}>
      <div className={styles['head']}>
        <label htmlFor={id} className={styles['label']}>
          {label}
          {unit !== undefined && <span className={styles['unit']}> ({unit})</span>}
        </label>
        <Tooltip label={reason} events={{ hover: true, focus: true, touch: true }}>
          <button type="button" className={styles['why']} aria-label={`About ${label}`}>
            <IconInfoCircle size={14} stroke={1.75} aria-hidden />
          </button>
        </Tooltip>
        <span className={styles['spacer']} />
        {changed && (
          <>
            <span className={styles['changed']}>changed</span>
            <Tooltip label={`Back to ${defaultText}`}>
              <ActionIcon
                size={20}
                onClick={() => {
                  onReset();
                  // This button goes with the change.
                  document.getElementById(id)?.focus();
                }}
                aria-label={`Reset ${label} to ${defaultText}`}
              >
                <IconArrowBackUp size={14} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </>
        )}
        {inline && input}
      </div>
      {!inline && input}
    </div>
  );
}
