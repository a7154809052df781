/**
 * A field for one number: typed text is kept as typed while it is being written, arrow keys step, leaving the field
 * brings the value into its range. A text field and not the browser's number field, which the mouse wheel changes unseen.
 */
import { TextInput } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import type { SettingInput } from './SettingRow.tsx';

export interface NumberFieldProps {
  readonly input: SettingInput;
  readonly value: number;
  /** Only ever called with a finite number; called while typing, so it may be outside the range. */
  readonly onChange: (value: number) => void;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Digits after the point; 0 makes it a whole number. */
  readonly decimals: number;
  readonly disabled: boolean;
}

/** The number a text says, rounded to some decimals; undefined for anything else: "", "-", and "1,000", which is one or a thousand. */
export function parseNumber(text: string, decimals: number): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return undefined;
  const value = Number(Number(trimmed).toFixed(decimals));
  return Number.isFinite(value) ? value : undefined;
}

/** The field. While its text is not a number the last value stays. */
export function NumberField(props: NumberFieldProps) {
  const { input, value, onChange, min, max, step, decimals, disabled } = props;
  const [draft, setDraft] = useState<string>();

  const change = (next: number) => {
    if (next !== value) onChange(next);
  };
  const clamp = (next: number) => Math.min(Math.max(next, min), max);

  function type(text: string): void {
    setDraft(text);
    const next = parseNumber(text, decimals);
    if (next !== undefined) change(next);
  }

  function stepBy(event: KeyboardEvent): void {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    setDraft(undefined);
    change(clamp(Number((value + direction * step).toFixed(decimals))));
  }

  return (
    <TextInput
      {...input}
      inputMode="decimal"
      autoComplete="off"
      value={draft ?? String(value)}
      disabled={disabled}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={stepBy}
      onBlur={() => {
        setDraft(undefined);
        change(clamp(value));
      }}
    />
  );
}
