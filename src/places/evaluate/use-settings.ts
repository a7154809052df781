/** Settings of the place as the rows of the settings column want them. */
import {
  DEFAULT_EVALUATE_SETTINGS,
  type EvaluateSettings,
  withEvaluateSettings,
} from '../../state/evaluate.ts';
import { update, useStore } from '../../state/store.ts';
import { bindSettings } from '../../ui/bind-settings.ts';

function change(part: Partial<EvaluateSettings>): void {
  update('evaluate', (evaluate) => withEvaluateSettings(evaluate, part));
}

/** Returns the binding of a setting by its key. */
export function useEvaluateSetting() {
  const settings = useStore((state) => state.evaluate.settings);
  return bindSettings(settings, DEFAULT_EVALUATE_SETTINGS, change);
}
