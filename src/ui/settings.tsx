/** Inputs of the settings column: number, choice, switch. Each wraps SettingRow, compares with its default and can be reset. */
import { NativeSelect, Switch } from '@mantine/core';
import { NumberField } from './NumberField.tsx';
import { type SettingFacts, SettingRow } from './SettingRow.tsx';

interface SettingValue<Value> extends SettingFacts {
  readonly value: Value;
  readonly defaultValue: Value;
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
}

export interface NumberSettingProps extends SettingValue<number> {
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  /** Digits after the point; 0 makes it a whole number. */
  readonly decimals?: number;
}

/** A number with its unit. While the field is empty or not a number the last value stays. */
export function NumberSetting(props: NumberSettingProps) {
  const {
    value,
    defaultValue,
    onChange,
    disabled = false,
    min = -Infinity,
    max = Infinity,
    step = 1,
    decimals = 0,
    ...facts
  } = props;
  return (
    <SettingRow
      {...facts}
      changed={value !== defaultValue}
      defaultText={String(defaultValue)}
      onReset={() => onChange(defaultValue)}
    >
      {(input) => (
        <NumberField
          input={input}
          value={value}
          onChange={onChange}
          disabled={disabled}
          min={min}
          max={max}
          step={step}
          decimals={decimals}
        />
      )}
    </SettingRow>
  );
}

export interface ChoiceSettingProps<Choice extends string> extends SettingValue<Choice> {
  readonly choices: readonly {
    readonly value: Choice;
    readonly label: string;
    readonly disabled?: boolean;
  }[];
}

/** One of a few named choices. */
export function ChoiceSetting<Choice extends string>(props: ChoiceSettingProps<Choice>) {
  const { value, defaultValue, onChange, disabled = false, choices, ...facts } = props;
  const labelOf = (choice: Choice) =>
    choices.find((candidate) => candidate.value === choice)?.label ?? choice;
  return (
    <SettingRow
      {...facts}
      changed={value !== defaultValue}
      defaultText={labelOf(defaultValue)}
      onReset={() => onChange(defaultValue)}
    >
      {(input) => (
        <NativeSelect
          {...input}
          title={labelOf(value)}
          data={choices.map((choice) => ({ ...choice }))}
          value={value}
          onChange={(event) => {
            const chosen = choices.find((choice) => choice.value === event.currentTarget.value);
            if (chosen) onChange(chosen.value);
          }}
          disabled={disabled}
        />
      )}
    </SettingRow>
  );
}

/** On or off. */
export function SwitchSetting(props: SettingValue<boolean>) {
  const { value, defaultValue, onChange, disabled = false, ...facts } = props;
  return (
    <SettingRow
      {...facts}
      inline
      changed={value !== defaultValue}
      defaultText={defaultValue ? 'on' : 'off'}
      onReset={() => onChange(defaultValue)}
    >
      {({ id, description }) => (
        <>
          <Switch
            id={id}
            // Mantine puts a switch's description into its label, so that it would be part of the name.
            aria-describedby={`${id}-description`}
            checked={value}
            onChange={(event) => onChange(event.currentTarget.checked)}
            disabled={disabled}
          />
          <span id={`${id}-description`} hidden>
            {description}
          </span>
        </>
      )}
    </SettingRow>
  );
}
