/** Light, dark, or as the system has it. */
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { update, useStore } from '../state/store.ts';
import type { ColorScheme } from '../state/ui.ts';
import { Segmented } from '../ui/Segmented.tsx';

const CHOICES: readonly {
  readonly value: ColorScheme;
  readonly label: string;
  readonly icon: typeof IconSun;
}[] = [
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
  { value: 'auto', label: 'As the system', icon: IconDeviceDesktop },
];

/** A radio group of three icons; the choice survives a reload. */
export function ThemeSwitch({ collapsed }: { readonly collapsed: boolean }) {
  const scheme = useStore((state) => state.ui.colorScheme);
  return (
    <Segmented
      label="Colour scheme"
      isWide
      orientation={collapsed ? 'vertical' : 'horizontal'}
      value={scheme}
      onChange={(colorScheme) => update('ui', (ui) => ({ ...ui, colorScheme }))}
      choices={CHOICES.map(({ value, label, icon: Icon }) => ({
        value,
        label: (
          <>
            <Icon size={16} stroke={1.6} aria-hidden style={{ display: 'block', margin: '1px auto' }} />
            <span className="visually-hidden">{label}</span>
          </>
        ),
      }))}
    />
  );
}
