/** Settings of the place as the rows of the settings column want them. */
import {
  DEFAULT_EVALUATE_SETTINGS,
  type EvaluateSettings,
  withEvaluateSettings,
} from '../../state/evaluate.ts';
import { update, useStore } from '../../state/store.ts';

export interface BoundSetting<Value> {
  readonly value: Value;
  readonly defaultValue: Value;
  readonly onChange: (value: Value) => void;
}

/** Returns the binding of a setting by its key. */
export function useEvaluateSetting() {
  const settings = useStore((state) => state.evaluate.settings);
  return <Key extends keyof EvaluateSettings>(key: Key): BoundSetting<EvaluateSettings[Key]> => ({
    value: settings[key],
    defaultValue: DEFAULT_EVALUATE_SETTINGS[key],
    onChange: (value) => update('evaluate', (evaluate) => withEvaluateSettings(evaluate, { [key]: value })),
  });
}
