/** The sizes of the published table as buttons under the field. */
import { Button } from '@mantine/core';
import { formatCount } from '../../ui/format.ts';
import styles from './SearchPlace.module.css';

export interface SizePresetsProps {
  readonly sizes: readonly number[];
  readonly poolCount: number;
  readonly value: number;
  readonly onChoose: (change: { readonly selectionSize: number }) => void;
}

/** A size larger than the pool cannot be chosen. */
export function SizePresets({ sizes, poolCount, value, onChoose }: SizePresetsProps) {
  return (
    <fieldset className={styles['presets']} aria-label="Published sizes">
      {sizes.map((size) => (
        <Button
          key={size}
          variant="default"
          size="compact-xs"
          disabled={poolCount > 0 && size > poolCount}
          aria-pressed={value === size}
          onClick={() => onChoose({ selectionSize: size })}
        >
          {formatCount(size)}
        </Button>
      ))}
    </fieldset>
  );
}
