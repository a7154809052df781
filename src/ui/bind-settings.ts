/** Ties an object of settings to the inputs of settings.tsx: each needs a value, its default and what a change does. */

export interface BoundSetting<Value> {
  readonly value: Value;
  readonly defaultValue: Value;
  readonly onChange: (value: Value) => void;
}

/** Returns the binding of a setting by its key; `change` takes the changed part. */
export function bindSettings<Settings extends object>(
  settings: Settings,
  defaults: Settings,
  change: (part: Partial<Settings>) => void,
) {
  return <Key extends keyof Settings>(key: Key): BoundSetting<Settings[Key]> => ({
    value: settings[key],
    defaultValue: defaults[key],
    onChange: (value) => change({ [key]: value } as unknown as Partial<Settings>),
  });
}
